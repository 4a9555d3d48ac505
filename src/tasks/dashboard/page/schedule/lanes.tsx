import type { Forecast } from '../api/types.js';
import { count } from '../overview/counts.js';
import { Link } from '../parts/link.js';
import { jobPath } from '../shell/router.js';
import { written } from '../time/instant.js';
import { useClock } from '../time/use-clock.js';

const TICKS = 8;

/** A lane for each job, with a mark for each hour in which it fires. */
export function Lanes({ forecast: { items, buckets } }: { readonly forecast: Forecast }) {
  const clock = useClock();
  const every = Math.max(1, Math.ceil(buckets.length / TICKS));
  const style = buckets.length > 30 ? 'date' : 'minute';
  return (
    <div className="lanes">
      <div className="lane axis mono" aria-hidden>
        <span />
        <span className="ticks">
          {buckets
            .filter((_, index) => index % every === 0)
            .map(({ from }) => (
              <span key={from}>{written(Date.parse(from), style, clock)}</span>
            ))}
        </span>
        <span />
      </div>
      <ul>
        {items.map(({ jobId, name, fires, counts }) => (
          <li key={jobId} className="lane">
            <Link to={jobPath(jobId)} className="name" data-row-link>
              {name}
            </Link>
            <Lane counts={counts} label={`${name} fires ${fires} times`} />
            <span className="number mono">{count(fires)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const HEIGHT = 18;

function Lane({ counts, label }: { readonly counts: readonly number[]; readonly label: string }) {
  const most = Math.max(1, ...counts);
  return (
    <svg
      viewBox={`0 0 ${counts.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <rect className="lane-ground" width={counts.length} height={HEIGHT} />
      {counts.map((fires, hour) => {
        if (fires === 0) return null;
        const height = 6 + (HEIGHT - 6) * Math.sqrt(fires / most);
        return (
          <rect
            key={hour}
            className="tone-busy"
            x={hour + 0.06}
            width={0.88}
            y={HEIGHT - height}
            height={height}
          />
        );
      })}
    </svg>
  );
}
