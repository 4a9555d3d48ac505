import { isDeepStrictEqual } from 'node:util';
import type { Job } from './answers.js';
import {
  DEFINED,
  differing,
  fieldsOf,
  pauseOf,
  type Exported,
  type Fields,
  type Pause,
} from './exported.js';

interface Difference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What becomes of one job. */
export interface Change {
  readonly do: 'create' | 'change' | 'remove';
  readonly id: string;
  readonly differs: readonly Difference[];
  /** It is made, or replaced as a whole. */
  readonly job: (Fields & { readonly id: string; readonly paused: boolean }) | null;
  /** Of a job of the code. */
  readonly patch: Fields | null;
  /** It is paused or resumed. */
  readonly pause: { readonly to: Pause | null } | null;
}

export interface ImportPlan {
  readonly changes: readonly Change[];
  /** Jobs of code that is not there. */
  readonly missing: readonly string[];
  /** Jobs that are of code there, and are left as they are. */
  readonly taken: readonly string[];
  /** How many need no change. */
  readonly same: number;
}

/** @param prune whether jobs that are not in the file are removed */
export function planImport(file: Exported, there: readonly Job[], prune: boolean): ImportPlan {
  const byId = new Map(there.map((job) => [job.id, job]));
  const wanted = new Set([...file.jobs, ...file.declared].map(({ id }) => id));
  const isTaken = ({ id }: { readonly id: string }) => (byId.get(id)?.origin ?? 'api') !== 'api';
  const changes = [
    ...file.jobs
      .filter((entry) => !isTaken(entry))
      .map((entry) => {
        const now = byId.get(entry.id);
        return changeOf(entry.id, entry.job, entry.paused, now, now ? fieldsOf(now, DEFINED) : {});
      }),
    ...file.declared.flatMap(({ id, changed, paused }) => {
      const now = byId.get(id);
      if (!now) return [];
      const change = changeOf(id, changed, paused, now, fieldsOf(now, Object.keys(changed)));
      const differs = change.differs.some(({ field }) => field !== 'paused');
      return [{ ...change, job: null, patch: differs ? changed : null }];
    }),
    ...(prune ? there.filter(({ id, origin }) => origin === 'api' && !wanted.has(id)) : []).map(
      ({ id }): Change => ({ ...NO_CHANGE, do: 'remove', id }),
    ),
  ];
  const isOne = (change: Change) => change.do !== 'change' || change.differs.length > 0;
  return {
    changes: changes.filter(isOne),
    missing: file.declared.map(({ id }) => id).filter((id) => !byId.has(id)),
    taken: file.jobs.filter(isTaken).map(({ id }) => id),
    same: changes.filter((change) => !isOne(change)).length,
  };
}

const NO_CHANGE = { differs: [], job: null, patch: null, pause: null } as const;

function changeOf(
  id: string,
  wanted: Fields,
  paused: Pause | null,
  now: Job | undefined,
  fields: Fields,
): Change {
  const whole = { ...wanted, id, paused: paused !== null };
  const pausedNow = now ? pauseOf(now) : null;
  const pause = isDeepStrictEqual(paused, pausedNow) ? null : { to: paused };
  if (!now) return { ...NO_CHANGE, do: 'create', id, job: whole, pause };
  const differs = differing(wanted, fields).map((field) => ({
    field,
    from: fields[field],
    to: wanted[field],
  }));
  return {
    do: 'change',
    id,
    differs: pause ? [...differs, { field: 'paused', from: pausedNow, to: paused }] : differs,
    job: differs.length > 0 ? whole : null,
    patch: null,
    // What replaces a job knows of no reason.
    pause: differs.length > 0 && paused !== null ? { to: paused } : pause,
  };
}
