import type { BriefRun } from '../api/types.js';
import { duration } from '../time/duration.js';
import { toneOfRun } from './state-mark.js';

const COUNT = 20;
const WIDTH = 5;
const GAP = 2;
const HEIGHT = 22;

/** The last runs of a job, the newest at the right: how long each took, and what became of it. */
export function Strip({ runs }: { readonly runs: readonly BriefRun[] }) {
  const shown = runs.slice(0, COUNT).toReversed();
  const longest = Math.max(1, ...shown.map(({ durationMs }) => durationMs ?? 0));
  return (
    <svg
      className="strip"
      width={COUNT * (WIDTH + GAP)}
      height={HEIGHT}
      role="img"
      aria-label={sentence(shown)}
    >
      {shown.map((run, index) => {
        const height = heightOf(run, longest);
        return (
          <rect
            key={run.id}
            className={`tone-${toneOfRun(run.state)}`}
            x={index * (WIDTH + GAP)}
            y={HEIGHT - height}
            width={WIDTH}
            height={height}
            rx={1}
          >
            <title>
              {run.state}
              {run.durationMs === null ? '' : `, ${duration(run.durationMs)}`}
            </title>
          </rect>
        );
      })}
    </svg>
  );
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
