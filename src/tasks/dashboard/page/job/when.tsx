import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import type { Job } from '../api/types.js';
import { Card } from '../parts/card.js';
import { FireTimes } from '../parts/fire-times.js';
import { Words } from '../parts/words.js';
import { Loaded } from '../parts/loaded.js';

/** When it fires, in words and in its next ten fire times. */
export function When({ job }: { readonly job: Job }) {
  const query = useQuery(queries.fireTimes(job.id));
  return (
    <Card title="When" hint={expressionOf(job.trigger)}>
      <div className="body stack">
        <p>
          <strong>
            <Words text={sentence(job.description ?? '')} />
          </strong>
          {job.paused && (
            <span className="muted"> It is paused: these would be its fire times.</span>
          )}
        </p>
      </div>
      <Loaded query={query} lines={6}>
        {({ items }) => <FireTimes items={items} />}
      </Loaded>
    </Card>
  );
}

/** The pattern as it was written, where there is one. */
function expressionOf(trigger: Job['trigger']): string {
  if (trigger.type !== 'cron') return trigger.type;
  const zone = trigger.timeZone === undefined ? '' : ` · ${trigger.timeZone}`;
  return `${trigger.expression ?? 'cron fields'}${zone}`;
}

const sentence = (words: string) =>
  words === ''
    ? 'Its trigger cannot be read here.'
    : `${words[0]!.toUpperCase()}${words.slice(1)}.`;
