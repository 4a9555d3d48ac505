import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { count } from '../overview/counts.js';
import { Card } from '../parts/card.js';
import { Empty } from '../parts/empty.js';
import { Loaded } from '../parts/loaded.js';
import { useAsked } from '../shell/router.js';
import { Shell } from '../shell/shell.js';
import { TopBar } from '../shell/top-bar.js';
import { serverNow } from '../time/now.js';
import { HeatMap } from './heat-map.js';
import { Lanes } from './lanes.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const LANES = 30;

/** What ran and what will fire when: where jobs collide, and where nothing happens. */
export function Schedule() {
  const [asked, change] = useAsked();
  const days = asked.get('days') === '7' ? 7 : 1;
  const from = Math.floor(serverNow() / HOUR_MS) * HOUR_MS;
  const range = (length: number) => ({
    from: new Date(from).toISOString(),
    to: new Date(from + length * DAY_MS).toISOString(),
    by: 'hour',
    limit: LANES,
  });
  const lanes = useQuery(queries.forecast(range(days)));
  const week = useQuery(queries.forecast(range(7)));
  const shown = lanes.data?.items.map(({ jobId }) => jobId) ?? [];
  const past = useQuery({
    ...queries.jobHours({
      job: shown,
      from: new Date(from - days * DAY_MS).toISOString(),
      to: new Date(from + HOUR_MS).toISOString(),
    }),
    enabled: shown.length > 0,
  });
  const hint = lanes.data && `${count(lanes.data.fires)} fires of ${count(lanes.data.jobs)} jobs`;
  return (
    <Shell top={<TopBar title="Schedule" hint={hint} />}>
      <Card title="Fires by hour" hint="the next 7 days: the darker, the more jobs meet">
        <Loaded query={week} lines={8}>
          {(forecast) => <HeatMap forecast={forecast} />}
        </Loaded>
      </Card>
      <Card
        title="Jobs"
        hint="those that fire most, by hour: what ended is solid, what will fire is hollow"
        aside={
          <span className="tabs" role="group" aria-label="How far back and ahead">
            {([1, 7] as const).map((length) => (
              <button
                key={length}
                type="button"
                aria-pressed={days === length}
                onClick={() => change({ days: length === 7 ? '7' : null })}
              >
                {length === 1 ? '24 h' : '7 d'}
              </button>
            ))}
          </span>
        }
      >
        <Loaded query={lanes} lines={8}>
          {(forecast) =>
            forecast.items.length === 0 ? (
              <Empty title="Nothing is to come">No active job has a fire time in this time.</Empty>
            ) : (
              <Lanes forecast={forecast} past={past.data} hoursBack={days * 24} />
            )
          }
        </Loaded>
      </Card>
    </Shell>
  );
}
