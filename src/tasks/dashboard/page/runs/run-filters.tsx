import { useQuery } from '@tanstack/react-query';
import { useId, type ReactNode } from 'react';
import * as queries from '../api/queries.js';
import { Narrow } from '../parts/narrow.js';
import { useAsked } from '../shell/router.js';
import { fromInput, toInput } from '../time/instant.js';
import { useClock } from '../time/use-clock.js';

const STATES = [
  'pending',
  'running',
  'succeeded',
  'failed',
  'timed-out',
  'cancelled',
  'abandoned',
  'skipped',
];
const CAUSES = ['fired', 'manual', 'backfill', 'retry'];

export function RunFilters() {
  const nodes = useQuery(queries.nodes()).data?.items ?? [];
  return (
    <>
      <Narrow name="text" label="Run, job or error" wide />
      <Choice name="state" label="Any state">
        {STATES.map((state) => (
          <option key={state}>{state}</option>
        ))}
      </Choice>
      <Choice name="cause" label="Any cause">
        {CAUSES.map((cause) => (
          <option key={cause}>{cause}</option>
        ))}
      </Choice>
      <Choice name="node" label="Any node">
        {nodes.map(({ id, name, alive }) => (
          <option key={id} value={id}>
            {name}
            {alive ? '' : ' (gone)'}
          </option>
        ))}
      </Choice>
      <Narrow name="job" label="Job id" />
      <Bound name="from" label="From" />
      <Bound name="to" label="To" />
    </>
  );
}

function Choice({
  name,
  label,
  children,
}: {
  readonly name: string;
  readonly label: string;
  readonly children: ReactNode;
}) {
  const [asked, change] = useAsked();
  return (
    <select
      className="narrow"
      aria-label={label.replace('Any', 'Filter by')}
      value={asked.get(name) ?? ''}
      onChange={({ target }) => change({ [name]: target.value })}
    >
      <option value="">{label}</option>
      {children}
    </select>
  );
}

function Bound({ name, label }: { readonly name: string; readonly label: string }) {
  const [asked, change] = useAsked();
  const clock = useClock();
  const id = useId();
  const at = asked.get(name);
  return (
    <span className="row bound">
      <label htmlFor={id} className="quiet">
        {label}
      </label>
      <input
        id={id}
        className="narrow"
        type="datetime-local"
        value={at === null ? '' : toInput(Date.parse(at), clock)}
        onChange={({ target }) =>
          change({
            [name]: target.value ? new Date(fromInput(target.value, clock)).toISOString() : null,
          })
        }
      />
    </span>
  );
}
