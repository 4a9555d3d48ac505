import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ask, segment } from '../api/client.js';
import type { Line, Page } from '../api/types.js';
import { Button } from '../parts/button.js';
import { Card } from '../parts/card.js';
import { download } from '../parts/download.js';
import { Empty } from '../parts/empty.js';
import { Instant } from '../parts/time.js';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const PAGE = 1_000;
const TAIL_MS = 700;
/** The last lines may be written a little after the end of the run. */
const AFTER_MS = 6_000;

/** What its handler wrote, as it writes it. It follows the end until somebody scrolls up. */
export function Log({ id, going }: { readonly id: string; readonly going: boolean }) {
  const lines = useLines(id, going);
  const [least, setLeast] = useState<(typeof LEVELS)[number]>('debug');
  const [text, setText] = useState('');
  const [wrap, setWrap] = useState(true);
  const shown = lines.filter(
    ({ level, message }) =>
      LEVELS.indexOf(level) >= LEVELS.indexOf(least) &&
      message.toLowerCase().includes(text.toLowerCase()),
  );
  const asText = () =>
    shown.map(({ at, level, message }) => `${at} ${level} ${message}`).join('\n');
  return (
    <Card
      title="Log"
      hint={going ? 'live' : `${lines.length} lines`}
      aside={
        <>
          <input
            className="narrow"
            aria-label="Find in the log"
            placeholder="Find"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          <select
            className="narrow"
            aria-label="Least level"
            value={least}
            onChange={({ target }) => setLeast(target.value as typeof least)}
          >
            {LEVELS.map((level) => (
              <option key={level} value={level}>
                {level} and worse
              </option>
            ))}
          </select>
          <Button aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
            Wrap
          </Button>
          <Button onClick={() => download(`run-${id}.log`, 'text/plain', asText())}>
            Download
          </Button>
        </>
      }
    >
      {lines.length === 0 ? (
        <Empty title={going ? 'Nothing is written yet' : 'It has written nothing'}>
          A handler writes with <code>context.logger</code>.
        </Empty>
      ) : (
        <Lines lines={shown} wrap={wrap} />
      )}
    </Card>
  );
}

function Lines({ lines, wrap }: { readonly lines: readonly Line[]; readonly wrap: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    const { current } = frame;
    if (current && follows.current) current.scrollTop = current.scrollHeight;
  }, [lines.length]);
  return (
    <div
      ref={frame}
      className={wrap ? 'log wrap' : 'log'}
      role="log"
      aria-label="Lines"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {lines.map(({ id, at, level, message }) => (
        <div key={id} className={`line ${level}`}>
          <Instant at={at} style="time" /> <span className="level">{level}</span>{' '}
          <span>{message}</span>
        </div>
      ))}
    </div>
  );
}

/** Asks for what came after the last line that it has: all at first, then as long as there is more. */
function useLines(id: string, going: boolean): readonly Line[] {
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [tails, setTails] = useState(going);
  const last = lines.at(-1)?.id;
  const { data } = useQuery({
    queryKey: ['lines', id, last ?? 'first', going],
    queryFn: ({ signal }) =>
      ask<Page<Line>>('GET', `runs/${segment(id)}/logs`, {
        query: { limit: PAGE, after: last },
        signal,
      }),
    refetchInterval: tails ? TAIL_MS : false,
    gcTime: 0,
  });
  useEffect(() => {
    if (going) return setTails(true);
    const timer = setTimeout(() => setTails(false), AFTER_MS);
    return () => clearTimeout(timer);
  }, [going]);
  useEffect(() => {
    const more = data?.items ?? [];
    if (more.length === 0) return;
    setLines((known) => {
      const end = known.at(-1)?.id;
      const fresh = end === undefined ? more : more.filter((line) => BigInt(line.id) > BigInt(end));
      return fresh.length === 0 ? known : [...known, ...fresh];
    });
  }, [data]);
  return lines;
}
