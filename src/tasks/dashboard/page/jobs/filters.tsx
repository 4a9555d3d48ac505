import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import * as queries from '../api/queries.js';
import { count } from '../overview/counts.js';
import { useAsked } from '../shell/router.js';
import type { Tone } from '../parts/state-mark.js';
import { Link } from '../parts/link.js';
import { Narrow } from '../parts/narrow.js';

const STATES: readonly (readonly [string, string, Tone])[] = [
  ['active', 'Active', 'good'],
  ['paused', 'Paused', 'idle'],
  ['orphaned', 'Orphaned', 'warn'],
  ['finished', 'Finished', 'idle'],
  ['unreadable', 'Unreadable', 'warn'],
];

/** Links that narrow the list, each with how many there are. */
export function Filters({ asked }: { readonly asked: URLSearchParams }) {
  const counts = useQuery(queries.stats()).data?.jobs ?? {};
  const all = Object.values(counts).reduce<number>((sum, number) => sum + (number ?? 0), 0);
  const problems = useQuery(queries.problems()).data?.items ?? [];
  const failing = problems.find(({ kind }) => kind === 'failing')?.count ?? 0;
  const state = asked.get('state');
  const isFailing = asked.get('failing') === 'true';
  return (
    <>
      <ul className="chips" aria-label="Filter by state">
        <Chip to="jobs" name="All" number={all} on={!state && !isFailing} />
        {(failing > 0 || isFailing) && (
          <Chip to="jobs?failing=true" name="Failing" number={failing} on={isFailing} tone="bad" />
        )}
        {STATES.map(([value, name, tone]) => {
          const number = counts[value] ?? 0;
          if (number === 0 && state !== value) return null;
          const to = `jobs?state=${value}`;
          return (
            <Chip
              key={value}
              to={to}
              name={name}
              number={number}
              on={state === value}
              tone={tone}
            />
          );
        })}
      </ul>
      <Narrow name="text" label="Name or id" />
      <Narrow name="tag" label="Tag" />
      <TaskFilter />
    </>
  );
}

function Chip({
  to,
  name,
  number,
  on,
  tone,
}: {
  readonly to: string;
  readonly name: string;
  readonly number: number;
  readonly on: boolean;
  readonly tone?: Tone;
}) {
  return (
    <li>
      <Link to={to} className="button chip" aria-current={on ? 'true' : undefined}>
        {tone && <span className={`dot ${tone}`} />}
        {name} {count(number)}
      </Link>
    </li>
  );
}

function TaskFilter() {
  const [asked, change] = useAsked();
  const tasks = useQuery(queries.tasks()).data?.items ?? [];
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="hidden-text">
        Filter by task
      </label>
      <select
        id={id}
        className="narrow"
        value={asked.get('task') ?? ''}
        onChange={(event) => change({ task: event.target.value })}
      >
        <option value="">Any task</option>
        {tasks.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </>
  );
}
