import { useState } from 'react';
import type { Job } from '../api/types.js';
import { useMay } from '../api/may.js';
import { BulkBar } from '../actions/bulk-bar.js';
import { useAsked } from '../shell/router.js';
import { useSteady } from '../parts/use-steady.js';
import { sortOf, type Order } from './job-filter.js';
import { JobRow } from './job-row.js';

/** Jobs, a row each. Rows are chosen for what is to be done with many at once. */
export function JobTable({ jobs }: { readonly jobs: readonly Job[] }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const operator = useMay('operator');
  const { shown, hold } = useSteady(jobs, ({ id }) => id);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const all = shown.length > 0 && shown.every(({ id }) => chosen.has(id));
  return (
    <>
      {chosen.size > 0 && <BulkBar ids={[...chosen]} onDone={() => setChosen(new Set())} />}
      <div className="table-frame" {...hold}>
        <table className="cards jobs">
          <thead>
            <tr>
              {operator && (
                <th scope="col" className="choose">
                  <input
                    type="checkbox"
                    aria-label="Choose all shown"
                    checked={all}
                    onChange={() => setChosen(new Set(all ? [] : shown.map(({ id }) => id)))}
                  />
                </th>
              )}
              <Sorted order="name" label="Job" />
              <th scope="col">Last 20 runs</th>
              <Sorted order="lastFireAt" label="Last" />
              <th scope="col" className="number">
                p50
              </th>
              <Sorted order="nextFireAt" label="Next" />
              <th scope="col">State</th>
              {operator && (
                <th scope="col">
                  <span className="hidden-text">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {shown.map((job) => (
              <JobRow
                key={job.id}
                job={job}
                operator={operator}
                chosen={chosen.has(job.id)}
                onChoose={toggle}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** A heading that sorts: once from the first on, again the other way round. */
function Sorted({ order, label }: { readonly order: Order; readonly label: string }) {
  const [asked, change] = useAsked();
  const [by, direction] = sortOf(asked);
  const on = by === order;
  const next = on && direction === 'asc' ? `-${order}` : order;
  return (
    <th scope="col" aria-sort={on ? (direction === 'asc' ? 'ascending' : 'descending') : undefined}>
      <button type="button" className="sort" onClick={() => change({ sort: next })}>
        {label}
        <span aria-hidden>{on ? (direction === 'asc' ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
}
