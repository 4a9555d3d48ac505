import type { Job } from '../api/types.js';
import { Card } from '../parts/card.js';
import { policyWords } from './policy-words.js';

/** How it behaves, in sentences. */
export function Policies({ job }: { readonly job: Job }) {
  return (
    <Card title="How it behaves">
      <dl className="facts body">
        {policyWords(job).map(([name, words]) => (
          <div key={name} className="key">
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
