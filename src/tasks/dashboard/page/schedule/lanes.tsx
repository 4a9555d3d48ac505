import type { Forecast, JobHours } from '../api/types.js';
import { count } from '../overview/counts.js';
import { Link } from '../parts/link.js';
import { toneOfRun, type Tone } from '../parts/state-mark.js';
import { jobPath } from '../shell/router.js';
import { written } from '../time/instant.js';
import { useClock } from '../time/use-clock.js';

const HOUR_MS = 3_600_000;

/** A lane for each job: what ended in each hour up to this one, and in each from this one on what will fire. */
export function Lanes({
  forecast: { items, buckets, from },
  past,
  hoursBack,
}: {
  readonly forecast: Forecast;
  readonly past: JobHours | undefined;
  readonly hoursBack: number;
}) {
  const clock = useClock();
  const begin = Date.parse(from) - hoursBack * HOUR_MS;
  const hours = hoursBack + buckets.length;
  const [every, style] = hours > 60 ? ([48, 'date'] as const) : ([6, 'minute'] as const);
  const ended = new Map(past?.items.map((item) => [item.jobId, item.hours]));
  return (
    <div className="lanes">
      <div className="lane axis mono" aria-hidden>
        <span />
        <span className="ticks">
          {Array.from({ length: Math.ceil(hours / every) }, (_, nth) => (
            <span key={nth}>{written(begin + nth * every * HOUR_MS, style, clock)}</span>
          ))}
        </span>
        <span />
      </div>
      <ul>
        {items.map(({ jobId, name, fires, counts }) => {
          const lane = laneOf(ended.get(jobId) ?? [], counts, begin, hoursBack);
          return (
            <li key={jobId} className="lane">
              <Link to={jobPath(jobId)} className="name" data-row-link>
                {name}
              </Link>
              <Lane lane={lane} hours={hours} now={hoursBack} label={sentence(name, lane, fires)} />
              <span className="number mono">{count(fires)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface Hour {
  /** Counted from the first that is shown. */
  readonly nth: number;
  readonly ended: Readonly<Partial<Record<Tone, number>>>;
  readonly planned: number;
}

function laneOf(
  ended: JobHours['items'][number]['hours'],
  planned: readonly number[],
  begin: number,
  hoursBack: number,
): readonly Hour[] {
  const hours = new Map<number, Hour>();
  for (const [nth, fires] of planned.entries()) {
    if (fires > 0) hours.set(hoursBack + nth, { nth: hoursBack + nth, ended: {}, planned: fires });
  }
  for (const { from, runs } of ended) {
    const nth = Math.round((Date.parse(from) - begin) / HOUR_MS);
    hours.set(nth, { nth, ended: byTone(runs), planned: hours.get(nth)?.planned ?? 0 });
  }
  return [...hours.values()];
}

function byTone(runs: Readonly<Record<string, number>>): Hour['ended'] {
  const tones: Partial<Record<Tone, number>> = {};
  for (const [state, some] of Object.entries(runs)) {
    const tone = toneOfRun(state);
    tones[tone] = (tones[tone] ?? 0) + some;
  }
  return tones;
}

const sumOf = (ended: Hour['ended']) => Object.values(ended).reduce((sum, some) => sum + some, 0);

function sentence(name: string, lane: readonly Hour[], fires: number): string {
  const ended = lane.reduce((sum, hour) => sum + sumOf(hour.ended), 0);
  const wrong = lane.reduce((sum, hour) => sum + (hour.ended.bad ?? 0), 0);
  return `${name}: ${ended} runs ended, ${wrong} of them did not succeed; it fires ${fires} times`;
}

const HEIGHT = 22;
const LEAST = 6;

/** What went wrong stands at the bottom, where it can be seen however little it is. */
const STACK: readonly Tone[] = ['bad', 'warn', 'idle', 'busy', 'good'];

function Lane({
  lane,
  hours,
  now,
  label,
}: {
  readonly lane: readonly Hour[];
  readonly hours: number;
  readonly now: number;
  readonly label: string;
}) {
  const most = Math.max(1, ...lane.map(({ ended, planned }) => Math.max(planned, sumOf(ended))));
  const heightOf = (some: number) => LEAST + (HEIGHT - LEAST) * Math.sqrt(some / most);
  const planned = lane
    .filter((hour) => hour.planned > 0)
    .map((hour) => bar(hour.nth, 0, heightOf(hour.planned)));
  return (
    <svg
      viewBox={`0 0 ${hours} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <rect className="lane-ground" width={hours} height={HEIGHT} />
      {[...solid(lane, heightOf)].map(([tone, path]) => (
        <path key={tone} className={`tone-${tone}`} d={path} />
      ))}
      <path className="lane-planned" d={planned.join('')} />
      <path className="lane-now" d={`M${now} 0V${HEIGHT}`} />
    </svg>
  );
}

/** One path for each tone: a browser counts what it draws. */
function solid(lane: readonly Hour[], heightOf: (some: number) => number) {
  const paths = new Map<Tone, string>();
  for (const { nth, ended } of lane) {
    const all = sumOf(ended);
    let from = 0;
    for (const tone of STACK) {
      const some = ended[tone] ?? 0;
      if (some === 0) continue;
      // Little that went wrong beside much that did not is still drawn.
      const height = Math.max(2, (heightOf(all) * some) / all);
      const to = Math.min(HEIGHT, from + height);
      paths.set(tone, (paths.get(tone) ?? '') + bar(nth, from, to));
      from = to;
    }
  }
  return paths;
}

const bar = (nth: number, from: number, to: number): string =>
  `M${nth + 0.08} ${(HEIGHT - from).toFixed(1)}h0.84V${(HEIGHT - to).toFixed(1)}h-0.84z`;
