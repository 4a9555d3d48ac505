import { isDeepStrictEqual } from 'node:util';
import type { Job } from './answers.js';
import { CliError, EXIT } from './exit-codes.js';

/** What somebody has decided of a job; the rest it has by itself. */
export const DEFINED = [
  'name',
  'task',
  'payload',
  'tags',
  'trigger',
  'misfireGraceMs',
  'coalesce',
  'overlap',
  'maxInstances',
  'bufferLimit',
  'jitterMs',
  'maxRuns',
  'timeoutMs',
  'retry',
  'onCrash',
  'transactional',
  'priority',
  'deleteWhenDone',
] as const satisfies readonly (keyof Job)[];

export type Fields = Readonly<Partial<Record<(typeof DEFINED)[number], unknown>>>;

/** Null: it is not paused. */
export interface Pause {
  readonly reason: string | null;
  readonly until: string | null;
}

interface Entry {
  readonly id: string;
  readonly paused: Pause | null;
}

/** A job that was made at run time, whole. */
export interface MadeJob extends Entry {
  readonly job: Fields;
}

/** A job of the code, and what an operator has changed of it. */
export interface ChangedJob extends Entry {
  readonly changed: Fields;
}

/** What narrowed a list of jobs, by the names of options of `export`. */
export type Filter = Readonly<Record<string, string | readonly string[]>>;

/** What `export` writes and `import` reads. */
export interface Exported {
  readonly carillon: 1;
  /** Older versions have not written it. */
  readonly filter?: Filter;
  readonly jobs: readonly MadeJob[];
  readonly declared: readonly ChangedJob[];
}

/** @param filter what narrowed the jobs; empty: they are all that there are */
export function exported(jobs: readonly Job[], filter: Filter = {}): Exported {
  const byId = jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const made = byId.filter(({ origin }) => origin === 'api');
  const changed = byId.filter(
    ({ origin, paused, overridden }) => origin !== 'api' && (paused || overridden.length > 0),
  );
  return {
    carillon: 1,
    filter,
    jobs: made.map((job) => ({ id: job.id, paused: pauseOf(job), job: fieldsOf(job, DEFINED) })),
    declared: changed.map((job) => ({
      id: job.id,
      paused: pauseOf(job),
      changed: fieldsOf(job, job.overridden),
    })),
  };
}

/** @throws CliError for what `export` has not written */
export function parseExported(text: string): Exported {
  let file: Partial<Exported> | null = null;
  try {
    file = JSON.parse(text) as Partial<Exported> | null;
  } catch {
    // Told below.
  }
  const isOne =
    file?.carillon === 1 &&
    Array.isArray(file.jobs) &&
    Array.isArray(file.declared) &&
    typeof (file.filter ?? {}) === 'object';
  if (isOne) return file as Exported;
  throw new CliError(
    EXIT.usage,
    'This is no file that "carillon export" of this version has written.',
  );
}

/** The options with which a file was exported that holds only a part of the jobs; null: it holds all. */
export function narrowedBy({ filter }: Exported): string | null {
  const given = Object.entries(filter ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => `--${name} ${one}`),
  );
  return given.length > 0 ? given.join(' ') : null;
}

export const pauseOf = ({ paused, pauseReason, pausedUntil }: Job): Pause | null =>
  paused ? { reason: pauseReason, until: pausedUntil } : null;

/** The fields of these names. A job without a payload has none. */
export function fieldsOf(job: Job, names: readonly string[]): Fields {
  const wanted = DEFINED.filter((name) => names.includes(name));
  const fields = wanted.map((name) => [name, job[name]] as const);
  return Object.fromEntries(fields.filter(([name, value]) => name !== 'payload' || value !== null));
}

/** The names of fields that differ. */
export const differing = (wanted: Fields, there: Fields): (typeof DEFINED)[number][] =>
  DEFINED.filter((name) => name in wanted || name in there).filter(
    (name) => !isDeepStrictEqual(wanted[name], there[name]),
  );
