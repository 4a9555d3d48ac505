import { useState } from 'react';
import type { Forecast } from '../api/types.js';
import { count } from '../overview/counts.js';
import { Link } from '../parts/link.js';
import { jobPath } from '../shell/router.js';
import { written, type Clockface } from '../time/instant.js';
import { useClock } from '../time/use-clock.js';

type Bucket = Forecast['buckets'][number];

/** How dark: by how many jobs meet, as one that fires every second collides with nobody. */
const STEPS = 5;

/** A row for each day and a column for each hour of it. An hour tells on a click who fires in it. */
export function HeatMap({ forecast }: { readonly forecast: Forecast }) {
  const clock = useClock();
  const [chosen, setChosen] = useState<string | null>(null);
  const days = daysOf(forecast.buckets, clock);
  const most = Math.max(1, ...forecast.buckets.map(({ jobs }) => jobs));
  const bucket = forecast.buckets.find(({ from }) => from === chosen) ?? busiest(forecast.buckets);
  return (
    <div className="body stack">
      <div className="table-frame">
        <table className="heat">
          <thead>
            <tr>
              <td />
              {Array.from({ length: 24 }, (_, hour) => (
                <th key={hour} scope="col" className="mono">
                  {hour % 3 === 0 ? String(hour).padStart(2, '0') : ''}
                  <span className="hidden-text">{hour} h</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map(([day, hours]) => (
              <tr key={day}>
                <th scope="row" className="nowrap">
                  {day}
                </th>
                {Array.from({ length: 24 }, (_, hour) => {
                  const here = hours.get(hour);
                  return (
                    <td key={hour}>
                      {here && (
                        <button
                          type="button"
                          className={`heat-${stepOf(here.jobs, most)}`}
                          aria-pressed={here.from === bucket?.from}
                          aria-label={`${written(Date.parse(here.from), 'short', clock)}: ${here.fires} fires of ${here.jobs} jobs`}
                          title={`${here.fires} fires of ${here.jobs} jobs`}
                          onClick={() => setChosen(here.from)}
                        />
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {bucket && <Hour bucket={bucket} clock={clock} chosen={chosen !== null} />}
      {forecast.approximate && (
        <p className="quiet">Jobs that fire very often are counted by their rate.</p>
      )}
    </div>
  );
}

function Hour({
  bucket,
  clock,
  chosen,
}: {
  readonly bucket: Bucket;
  readonly clock: Clockface;
  readonly chosen: boolean;
}) {
  const { from, fires, jobs, top } = bucket;
  return (
    <div className="stack tight" aria-live="polite">
      <h3>
        {chosen ? '' : 'The busiest hour: '}
        {written(Date.parse(from), 'date', clock)}, {written(Date.parse(from), 'minute', clock)}{' '}
        <span className="quiet">
          {count(fires)} fires of {count(jobs)} jobs
        </span>
      </h3>
      <ul className="row">
        {top.map(({ jobId, name, fires: own }) => (
          <li key={jobId} className="tag">
            <Link to={jobPath(jobId)}>{name}</Link> {count(own)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function busiest(buckets: readonly Bucket[]): Bucket | undefined {
  return buckets
    .toSorted((a, b) => b.jobs - a.jobs || b.fires - a.fires)
    .find(({ fires }) => fires > 0);
}

function stepOf(jobs: number, most: number): number {
  return jobs === 0 ? 0 : Math.max(1, Math.round((STEPS * jobs) / most));
}

/** Hours by day, as the clocks of the zone show them. */
function daysOf(buckets: readonly Bucket[], clock: Clockface) {
  const days = new Map<string, Map<number, Bucket>>();
  for (const bucket of buckets) {
    const at = Date.parse(bucket.from);
    const day = written(at, 'date', clock);
    const hour = Number(written(at, 'minute', { ...clock, hour12: false }).slice(0, 2));
    if (!days.has(day)) days.set(day, new Map());
    days.get(day)!.set(hour, bucket);
  }
  return [...days];
}
