import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { Card } from '../parts/card.js';
import { Empty } from '../parts/empty.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';
import { Distance, Near } from '../parts/time.js';
import { jobPath } from '../shell/router.js';
import { triggerWords } from '../job/trigger-words.js';
import { written } from '../time/instant.js';
import { useClock } from '../time/use-clock.js';
import { serverNow } from '../time/now.js';
import { count } from './counts.js';

const SHOWN = 6;
const HOUR_MS = 3_600_000;

/** Which jobs fire next. */
export function NextFires() {
  const jobs = useInfiniteQuery(
    queries.jobs({ state: 'active', order: 'nextFireAt', limit: SHOWN, include: 'description' }),
  );
  const hour = useQuery({
    ...queries.forecast({ ...nextHour(), limit: 1 }),
    placeholderData: (before) => before,
  }).data;
  const clock = useClock();
  const hint =
    hour &&
    `${count(hour.fires)} fires from ${written(Date.parse(hour.from), 'minute', clock)} on, in an hour`;
  return (
    <Card title="Next" hint={hint} aside={<Link to="schedule">Schedule</Link>}>
      <Loaded query={jobs} lines={6}>
        {({ pages }) => {
          const next = pages[0]!.items.filter(({ nextFireAt }) => nextFireAt !== null);
          if (next.length === 0) {
            return <Empty title="Nothing is to come">No active job has a fire time left.</Empty>;
          }
          return (
            <ul className="list">
              {next.map(({ id, name, description, nextFireAt }) => (
                <li key={id}>
                  <div className="main">
                    <Link to={jobPath(id)} className="name">
                      {name}
                    </Link>
                    <small>{triggerWords(description ?? '', clock.zone)}</small>
                  </div>
                  <div className="number">
                    <strong>
                      <Distance at={nextFireAt!} />
                    </strong>
                    <small className="sub">
                      <Near at={nextFireAt!} />
                    </small>
                  </div>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Card>
  );
}

/** The next whole hour: fires are counted by hours. */
function nextHour() {
  const from = Math.ceil(serverNow() / HOUR_MS) * HOUR_MS;
  return { from: new Date(from).toISOString(), to: new Date(from + HOUR_MS).toISOString() };
}
