import { Moon, Sun } from 'lucide-react';
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { goLive, pauseLive, useLiveness, type Liveness } from '../api/live.js';
import { Button } from '../parts/button.js';
import { setPreferences, usePreferences } from './preferences.js';
import { go } from './router.js';
import { ZoneMenu } from './zone-menu.js';

/** What a page is called, and what is at hand on each. */
export function TopBar({ title, hint }: { readonly title: string; readonly hint?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Carillon`;
  }, [title]);
  return (
    <>
      <h1>
        {title} {hint !== undefined && <small>{hint}</small>}
      </h1>
      <Search />
      <LiveBadge />
      <ZoneMenu />
      <ThemeButton />
    </>
  );
}

/** Finds a run by its number, and jobs by their id or name; on the page of runs also by errors. */
function Search() {
  const [text, setText] = useState('');
  const find = (event: FormEvent) => {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted === '') return;
    const page = location.pathname.endsWith('/runs') ? 'runs' : 'jobs';
    if (/^\d+$/.test(wanted)) go(`runs/${wanted}`);
    else go(`${page}?text=${encodeURIComponent(wanted)}`);
    setText('');
  };
  return (
    <form className="search" role="search" onSubmit={find}>
      <input
        id="search"
        type="search"
        aria-label="Search jobs, runs, errors"
        placeholder="Search jobs, runs, errors"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <kbd aria-hidden>/</kbd>
    </form>
  );
}

const LOOKS: Readonly<Record<Liveness, { tone: string; word: string; title: string }>> = {
  connecting: { tone: 'idle', word: 'Connecting', title: 'The stream of changes is being opened.' },
  live: { tone: 'good', word: 'Live', title: 'Changes show as they happen. Click to pause.' },
  polling: {
    tone: 'warn',
    word: 'Polling',
    title: 'The stream of changes is cut. The page asks every 5 seconds. Click to pause.',
  },
  paused: { tone: 'idle', word: 'Paused', title: 'The page stays as it is. Click to go on.' },
  offline: { tone: 'bad', word: 'Offline', title: 'There is no network. It is tried again.' },
};

/** Whether what is shown is what is; a click stops and starts it. */
function LiveBadge() {
  const liveness = useLiveness();
  const { tone, word, title } = LOOKS[liveness];
  return (
    <button
      type="button"
      className="button"
      title={title}
      data-live={liveness}
      onClick={liveness === 'paused' ? goLive : pauseLive}
    >
      <span className={`dot ${tone}`} />
      <span className="live-word" aria-live="polite">
        {word}
      </span>
      <span className="hidden-text">{liveness === 'paused' ? 'Go on' : 'Pause'} updates</span>
    </button>
  );
}

function ThemeButton() {
  const { theme } = usePreferences();
  const dark =
    theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  return (
    <Button
      square
      aria-label={dark ? 'Use the light theme' : 'Use the dark theme'}
      onClick={() => setPreferences({ theme: dark ? 'light' : 'dark' })}
    >
      {dark ? <Sun size={15} aria-hidden /> : <Moon size={15} aria-hidden />}
    </Button>
  );
}
