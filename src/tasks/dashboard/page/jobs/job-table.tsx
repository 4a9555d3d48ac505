import { useCallback, useState } from 'react';
import type { Job } from '../api/types.js';
import { useMay } from '../api/may.js';
import { BulkBar } from '../actions/bulk-bar.js';
import { useAsked } from '../shell/router.js';
import { useSteady } from '../parts/use-steady.js';
import { bulkFilterOf, sortOf, type Order } from './job-filter.js';
import { JobRow } from './job-row.js';

/** Jobs, a row each. Rows are chosen for what is to be done with many at once. */
export function JobTable({
  jobs,
  total,
}: {
  readonly jobs: readonly Job[];
  readonly total: number;
}) {
  const [asked] = useAsked();
  const [allOf, setAllOf] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const operator = useMay('operator');
  const { shown, hold } = useSteady(jobs, ({ id }) => id);
  // The same one for all rows and all times: a row is drawn anew only when its job has changed.
  const toggle = useCallback((id: string) => {
    setAllOf(false);
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const all = shown.length > 0 && shown.every(({ id }) => chosen.has(id));
  return (
    <>
      {chosen.size > 0 && (
        <BulkBar
          ids={[...chosen]}
          filter={allOf ? bulkFilterOf(asked) : null}
          total={total}
          onDone={() => {
            setChosen(new Set());
            setAllOf(false);
          }}
        />
      )}
      {all && !allOf && total > shown.length && !asked.has('failing') && (
        <p className="bulk">
          All {shown.length} that are shown are chosen.{' '}
          <button type="button" className="link" onClick={() => setAllOf(true)}>
            Choose all {total} that fit
          </button>
        </p>
      )}
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
              <Sorted order="lastResult" label="Last 20 runs" />
              <Sorted order="lastFireAt" label="Last" />
              <Sorted order="lastDuration" label="Took" className="number" />
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
function Sorted({
  order,
  label,
  className,
}: {
  readonly order: Order;
  readonly label: string;
  readonly className?: string;
}) {
  const [asked, change] = useAsked();
  const [by, direction] = sortOf(asked);
  const on = by === order;
  const next = on && direction === 'asc' ? `-${order}` : order;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={on ? (direction === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      <button type="button" className="sort" onClick={() => change({ sort: next })}>
        {label}
        <span aria-hidden>{on ? (direction === 'asc' ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
}
