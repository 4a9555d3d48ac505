import type { Job } from '../api/types.js';
import { Card } from '../parts/card.js';
import { Copy } from '../parts/copy.js';

/** What changes by itself is no part of what somebody has defined. */
const NOT_DEFINED = [
  'why',
  'description',
  'nextFireAt',
  'lastFireAt',
  'state',
  'lastRun',
  'lastRuns',
];

export function Definition({ job }: { readonly job: Job }) {
  const defined = Object.entries(job).filter(([name]) => !NOT_DEFINED.includes(name));
  const text = JSON.stringify(Object.fromEntries(defined), null, 2);
  return (
    <Card title="Definition" hint={`revision ${job.revision}`} aside={<Copy text={text} />}>
      <div className="body">
        <pre className="code" tabIndex={0}>
          {text}
        </pre>
      </div>
    </Card>
  );
}
