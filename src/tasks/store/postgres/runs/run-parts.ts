import { RUN_STATES, type RunState } from '../../../domain/run.js';
import { isRunId } from '../../../domain/run-changes.js';
import { listOf, type AnyOf } from '../../page.js';
import { isByFireTime } from '../../run-query.js';
import type { RunFilter } from '../../run-store.js';

/** Binds a value: its parameter. */
export type Bind = (value: unknown) => string;

/** SQL about a run `r`, once its values are bound. */
export type Condition = (bind: Bind) => string;

/** A part of the ledger that an index leads through in the order of a list, and what fits of it. */
export interface RunPart {
  /** What the index finds. */
  readonly where: readonly Condition[];
  /** Instead of one index range, the first rows of several, such as of some jobs. */
  readonly each?: { readonly column: string; readonly values: readonly string[] };
  /** What must be looked at row by row. */
  readonly residual: readonly Condition[];
}

const OPEN: readonly RunState[] = ['pending', 'running'];
const WRONG: readonly RunState[] = ['failed', 'timed-out', 'abandoned'];
const isWrong: Condition = () => `r.state IN ('failed', 'timed-out', 'abandoned')`;
const isOpen: Condition = () => 'r.finished_at IS NULL';
const hasEnded: Condition = () => 'r.finished_at IS NOT NULL';
const wasAskedFor: Condition = () => `r.cause <> 'fired'`;

const is =
  (column: string, value: unknown, type = 'text'): Condition =>
  (bind) =>
    `r.${column} = ${bind(value)}::${type}`;
const isAnyOf =
  (column: string, values: readonly string[]): Condition =>
  (bind) =>
    `r.${column} = ANY (${bind(values)}::text[])`;

/** More jobs than these are not looked for one by one. */
const MAX_EACH = 20;

/**
 * Which parts of the ledger hold what a filter asks for: for each filter there is an index, and where
 * several are given the one that narrows most leads, while the others are looked at.
 *
 * What has ended and what is open have indexes of their own, as the former is much and the latter
 * changes: so some filters have two parts.
 *
 * @param named jobs whose id or name holds the text
 * @param first no run of a fire time since `from` has a smaller id
 */
export function partsOf(
  filter: RunFilter,
  named: readonly string[],
  first: string | null,
): readonly RunPart[] {
  const { text } = filter;
  const [jobs, causes] = [listed(filter.job), listed(filter.cause)];
  const states = filter.state === undefined ? RUN_STATES : listOf(filter.state);
  const tests = testsOf(filter);
  const rest = (but?: string) => [...tests].flatMap(([name, test]) => (name === but ? [] : [test]));
  const bound: readonly Condition[] =
    first === null ? [] : [(bind) => `r.id >= ${bind(first)}::bigint`];

  if (text !== undefined) return spokenOf(text, named, [...bound, ...rest()]);
  const [job] = jobs;
  if (job !== undefined && jobs.length === 1)
    return [{ where: [is('job_id', job), ...bound], residual: rest('job') }];
  if (jobs.length > 1 && jobs.length <= MAX_EACH && rest('job').length === 0)
    return [{ where: bound, each: { column: 'job_id', values: jobs }, residual: [] }];

  const open = { where: [isOpen, ...bound], residual: rest() };
  const ended = (where: Condition, name: string) => ({
    where: [hasEnded, where, ...bound],
    residual: rest(name),
  });
  const someEnded = states.some((state) => !OPEN.includes(state));
  const someOpen = states.some((state) => OPEN.includes(state));
  for (const name of ['task', 'node']) {
    const test = tests.get(name);
    if (test === undefined) continue;
    return [...(someEnded ? [ended(test, name)] : []), ...(someOpen ? [open] : [])];
  }
  if (!someEnded) return [open];
  const [state] = states;
  if (states.length === 1) return [ended(is('state', state), 'state')];
  if (states.every((one) => WRONG.includes(one)))
    return [{ where: [isWrong, ...bound], residual: rest() }];
  const [cause] = causes;
  if (causes.length === 1 && cause !== 'fired')
    return [{ where: [is('cause', cause), wasAskedFor, ...bound], residual: rest('cause') }];
  if (isByFireTime(filter))
    return [
      { where: [hasEnded, ...rest()], residual: [] },
      { where: [isOpen], residual: rest() },
    ];
  return [{ where: bound, residual: rest() }];
}

/** What a run must be like, by the filter that asks for it. */
function testsOf({ job, task, node, state, cause, from, to }: RunFilter): Map<string, Condition> {
  const tests = new Map<string, Condition>();
  if (job !== undefined) tests.set('job', isAnyOf('job_id', listOf(job)));
  if (task !== undefined) tests.set('task', is('task', task));
  if (node !== undefined) tests.set('node', is('node_id', node, 'uuid'));
  if (state !== undefined) tests.set('state', isAnyOf('state', listOf(state)));
  if (cause !== undefined) tests.set('cause', isAnyOf('cause', listOf(cause)));
  if (from !== undefined) tests.set('from', (bind) => `r.fire_at >= ${bind(from)}`);
  if (to !== undefined) tests.set('to', (bind) => `r.fire_at < ${bind(to)}`);
  return tests;
}

/** Runs by a text. Which run has it in its error is looked for among those that went wrong. */
function spokenOf(
  text: string,
  named: readonly string[],
  others: readonly Condition[],
): readonly RunPart[] {
  const jobs = [...new Set([text, ...named])];
  const isFew = jobs.length <= MAX_EACH && others.length === 0;
  const inError: Condition = (bind) =>
    `concat_ws(E'\\n', r.error->>'name', r.error->>'message') ILIKE ${bind(containing(text))}`;
  return [
    ...(isRunId(text) ? [{ where: [is('id', text, 'bigint')], residual: others }] : []),
    isFew
      ? { where: [], each: { column: 'job_id', values: jobs }, residual: [] }
      : { where: [], residual: [isAnyOf('job_id', jobs), ...others] },
    { where: [isWrong], residual: [inError, ...others] },
  ];
}

const listed = <T extends string>(some: AnyOf<T> | undefined): readonly T[] =>
  some === undefined ? [] : listOf(some);

/** For ILIKE. */
export const containing = (text: string): string =>
  `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
