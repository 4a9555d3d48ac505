import {
  Ban,
  Check,
  CircleDashed,
  CirclePause,
  Clock,
  FastForward,
  LoaderCircle,
  TriangleAlert,
  Unplug,
  X,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'idle';

interface Look {
  readonly tone: Tone;
  readonly icon: LucideIcon;
  readonly word?: string;
}

/** Each state has its own icon and word, so that no colour is needed to tell them apart. */
const RUNS: Readonly<Record<string, Look>> = {
  pending: { tone: 'idle', icon: Clock, word: 'waiting' },
  running: { tone: 'busy', icon: LoaderCircle },
  succeeded: { tone: 'good', icon: Check },
  failed: { tone: 'bad', icon: X },
  'timed-out': { tone: 'bad', icon: Clock, word: 'timed out' },
  cancelled: { tone: 'warn', icon: Ban },
  abandoned: { tone: 'bad', icon: Unplug },
  skipped: { tone: 'idle', icon: FastForward },
};

const JOBS: Readonly<Record<string, Look>> = {
  active: { tone: 'good', icon: Check },
  failing: { tone: 'bad', icon: X },
  paused: { tone: 'idle', icon: CirclePause },
  finished: { tone: 'idle', icon: CircleDashed },
  orphaned: { tone: 'warn', icon: Unplug },
  unreadable: { tone: 'warn', icon: TriangleAlert },
};

const UNKNOWN: Look = { tone: 'idle', icon: CircleDashed };

export const toneOfRun = (state: string): Tone => (RUNS[state] ?? UNKNOWN).tone;

/** @param more words after the state's own, such as when */
export function RunMark({ state, more }: { readonly state: string; readonly more?: ReactNode }) {
  return <Mark look={RUNS[state] ?? UNKNOWN} state={state} more={more} />;
}

export function JobMark({ state }: { readonly state: string }) {
  return <Mark look={JOBS[state] ?? UNKNOWN} state={state} />;
}

function Mark({
  look: { tone, icon: Icon, word },
  state,
  more,
}: {
  readonly look: Look;
  readonly state: string;
  readonly more?: ReactNode;
}) {
  return (
    <span className={`state ${tone}`} data-state={state}>
      <Icon size={14} strokeWidth={2.5} aria-hidden />
      <span>
        {word ?? state}
        {more && <> {more}</>}
      </span>
    </span>
  );
}
