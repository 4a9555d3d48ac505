import type { BriefRun } from '../api/types.js';
import { toneOfRun, type Tone } from './state-mark.js';

const COUNT = 20;
const WIDTH = 5;
const GAP = 2;
const HEIGHT = 22;

/** The last runs of a job, the newest at the right: how long each took, and what became of it. */
export function Strip({ runs }: { readonly runs: readonly BriefRun[] }) {
  const shown = runs.slice(0, COUNT).toReversed();
  return (
    <svg
      className="strip"
      width={COUNT * (WIDTH + GAP)}
      height={HEIGHT}
      role="img"
      aria-label={sentence(shown)}
    >
      {[...pathsOf(shown)].map(([tone, path]) => (
        <path key={tone} className={`tone-${tone}`} d={path} />
      ))}
    </svg>
  );
}

/** One path for each tone: a page has hundreds of strips, and a browser counts what it draws. */
function pathsOf(runs: readonly BriefRun[]): ReadonlyMap<Tone, string> {
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs ?? 0));
  const paths = new Map<Tone, string>();
  for (const [index, run] of runs.entries()) {
    const tone = toneOfRun(run.state);
    const height = Math.round(heightOf(run, longest));
    const bar = `M${index * (WIDTH + GAP)} ${HEIGHT}v-${height}h${WIDTH}v${height}z`;
    paths.set(tone, (paths.get(tone) ?? '') + bar);
  }
  return paths;
}

/** By the square root, so that what is much shorter than the longest can still be seen. */
function heightOf({ state, durationMs }: BriefRun, longest: number): number {
  if (state === 'skipped' || state === 'pending') return 3;
  if (state === 'running') return HEIGHT * 0.7;
  return 6 + (HEIGHT - 6) * Math.sqrt((durationMs ?? 0) / longest);
}

function sentence(runs: readonly BriefRun[]): string {
  if (runs.length === 0) return 'No runs yet';
  const counts = new Map<string, number>();
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${count} ${state}`);
  return `Last ${runs.length} runs: ${parts.join(', ')}`;
}
