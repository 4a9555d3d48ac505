import { goLive, pauseLive, useLiveness, type Liveness } from '../api/live.js';

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
export function LiveBadge() {
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
