import { afterEach, describe, expect, it } from 'vitest';
import { aClaimedRun } from '../../../test/support/builders.js';
import { recordedLog } from '../../../test/support/recorded-log.js';
import { until } from '../../../test/support/until.js';
import type { ToRunner } from '../engine/messages.js';
import { SystemClock } from '../engine/system-clock.js';
import type { Holding } from './messages.js';
import { ThreadedEngine } from './threaded-engine.js';

/** A thread that says what it was told, and does what `first` and `next` say: the next ones take over. */
function entry(first: string, next = ''): URL {
  const script = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { holding } = workerData;
    const tell = (...messages) => parentPort.postMessage(messages);
    const die = () => process.exit(1);
    const note = (message) => tell({ type: 'log', level: 'log', message });
    const told = {};
    parentPort.on('message', (messages) => {
      for (const message of messages) {
        note((holding ? 'next' : 'first') + ' was told ' + message.type);
        told[message.type]?.(message);
      }
    });
    told.retire = told.close = ({ type }) => tell({ type: 'done', what: type });
    if (holding) { note('holding ' + JSON.stringify(holding)); tell({ type: 'registered' }); ${next} }
    else { ${first} }`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}

const NOTHING: Holding = { working: [], outcomes: [], returned: [] };

let engine: ThreadedEngine;
afterEach(() => engine.drop());

function make(module: URL, holding = NOTHING) {
  let room = 1;
  const log = recordedLog();
  const heard: ToRunner[] = [];
  engine = new ThreadedEngine({
    seed: { engine: { deadAfterMs: 10_000 } } as ConstructorParameters<
      typeof ThreadedEngine
    >[0]['seed'],
    concurrency: 1,
    entry: module,
    isDebugged: () => true,
    clock: new SystemClock(),
    log,
    hear: (message) => heard.push(message),
    runner: {
      get room() {
        return room;
      },
      start: () => void room--,
    },
    holding: () => holding,
    tellSlots: () => undefined,
  });
  const lines = () => log.lines.map((line) => line.replace(/^log: /, ''));
  return { heard, lines, says: (line: string) => until(line, () => lines().includes(line)) };
}

describe('the thread of an engine', { timeout: 60_000 }, () => {
  it('that cannot make its node known is told of by the reason', async () => {
    make(entry(`tell({ type: 'failed', reason: 'no table' })`));
    await expect(engine.open()).rejects.toThrow('no table');
  });

  it('that dies before it is known is a reason, too', async () => {
    make(entry('die()'));
    await expect(engine.open()).rejects.toThrow('it ended');
  });

  it('that cannot be started is a reason, too', async () => {
    make(new URL('https://example.com/no-file.js'));
    await expect(engine.open()).rejects.toThrow('of scheme file');
    await engine.close();
  });

  it('that dies between that and its start is followed by another, which is started', async () => {
    const { says } = make(entry(`tell({ type: 'registered' }); setImmediate(die)`));
    await engine.open();
    await until('its end', () => engine.trouble() !== null || !hasThread());
    engine.start();
    expect(engine.trouble()).toContain('it ended before it was at work');
    await says('next was told start');
    expect(engine.trouble()).toBeNull();
  });

  it('that dies at work is followed by one that holds what goes on here, and what it must know', async () => {
    const run = aClaimedRun('7');
    const { heard, says, lines } = make(entry(`tell({ type: 'registered' }); told.post = die`), {
      ...NOTHING,
      working: [run],
    });
    await engine.open();
    engine.start();
    await says('first was told start');
    engine.post({ type: 'listen', rows: true });
    await says('next was told post');
    expect(heard).toContainEqual({ type: 'leads', leads: false });
    expect(lines()).toContainEqual(expect.stringMatching(/^holding .*"runId":"7"/));
    expect(engine.trouble()).toBeNull();
    await engine.retire();
    await engine.close();
    expect(lines()).toContain('next was told close');
  });

  it('that dies while its node stops leaves it to the next to write the last outcomes', async () => {
    const outcomes = [{ runId: '7', attempt: 1, state: 'succeeded' }] as const;
    const { lines } = make(entry(`tell({ type: 'registered' }); told.close = die`), {
      ...NOTHING,
      outcomes,
    });
    await engine.open();
    engine.start();
    await engine.retire();
    await engine.close();
    expect(lines()).toContainEqual(expect.stringMatching(/^holding .*"succeeded"/));
    expect(lines().slice(-2)).toEqual(['next was told retire', 'next was told close']);
  });

  it('is given back what has been offered and has not begun when the node stops', async () => {
    const { says } = make(
      entry(`tell({ type: 'registered' });
        const offer = (ticket) => ({ slot: ticket - 1, ticket, run: { runId: String(ticket), attempt: 1 },
          offeredAt: performance.timeOrigin + performance.now() });
        const words = new Int32Array(workerData.shared);
        told.start = () => {
          for (const ticket of [1, 2]) words[4 + ticket - 1] = ticket;
          tell({ type: 'offers', offers: [offer(1), offer(2)] });
          note('has offered');
        };
        told.post = ({ message }) => note(JSON.stringify(message));`),
    );
    await engine.open();
    engine.start();
    await says('has offered');
    await engine.retire();
    await says('{"type":"untaken","claims":[{"runId":"2","attempt":1}]}');
  });

  /** Whether the thread that was begun still lives. */
  const hasThread = () => (engine as unknown as { thread: unknown }).thread !== null;
});
