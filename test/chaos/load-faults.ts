import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';
import type { Observer } from './observer.js';

/** So long it is watched; what is left of it then goes on beside what comes next. */
const WATCHED_MS = 25_000;

/** A leader that has led for long looks for old runs once a minute. */
const OLD_WATCHED_MS = 80_000;

/** So much to do that it must not come before everything else. */
export const LOAD_FAULTS: readonly Fault[] = [
  {
    kind: 'old runs by the hundred thousand',
    group: 'load',
    weight: 1,
    touches: 'one job',
    async inflict({ observer }) {
      await observer.query(OLD_RUNS);
      const left = await untilNone(
        observer,
        `SELECT count(*)::int AS left FROM carillon.runs WHERE job_id = 'long-ago'`,
        OLD_WATCHED_MS,
      );
      return `${left} of 100,000 left`;
    },
  },
  {
    kind: 'flood of jobs',
    group: 'load',
    weight: 1,
    touches: 'one job',
    async inflict({ observer }, _, random) {
      const count = random.whole(2_000, 5_000);
      const name = `flood-${random.whole(1, 1e9)}`;
      await observer.query(JOBS_DUE_SOON, [name, count]);
      await observer.query(`SELECT pg_notify('carillon_wake', 'jobs')`);
      const left = await untilNone(observer, `SELECT ${UNFIRED} + ${UNFINISHED} AS left`);
      return `${count} due at once, ${left} left`;
    },
  },
  {
    kind: 'flood of runs',
    group: 'load',
    weight: 1,
    touches: 'one job',
    async inflict({ observer }, _, random) {
      const count = random.whole(3_000, 6_000);
      const name = `flood-runs-${random.whole(1, 1e9)}`;
      await observer.query(RUNS_DUE, [name, count]);
      await observer.query(`SELECT pg_notify('carillon_wake', 'runs')`);
      const left = await untilNone(observer, `SELECT ${UNFINISHED} AS left`);
      return `${count} due at once, ${left} left`;
    },
  },
];

const UNFIRED = `
  (SELECT count(*) FROM carillon.job_plans
   WHERE job_id LIKE 'flood-%' AND next_fire_at IS NOT NULL)`;
const UNFINISHED = `
  (SELECT count(*) FROM carillon.runs
   WHERE job_id LIKE 'flood-%' AND state IN ('pending', 'running'))`;

const OLD_RUNS = `
  INSERT INTO carillon.runs
    (job_id, task, fire_at, run_at, cause, state, attempt, queued, created_at, started_at, finished_at)
  SELECT 'long-ago', 'nothing', at, at, 'manual', 'succeeded', 1, false, at, at, at
  FROM (SELECT now() - interval '60 days' - n * interval '1 second' AS at
        FROM generate_series(1, 100000) AS n) AS instants`;

const JOBS_DUE_SOON = `
  WITH due AS (SELECT date_trunc('milliseconds', now() + interval '500 ms') AS at),
  made AS (
    INSERT INTO carillon.jobs
      (id, name, task, trigger, coalesce, overlap, max_instances, misfire_grace_ms, origin, state,
       created_at, updated_at)
    SELECT $1 || '-' || n, 'flood', 'nothing',
           jsonb_build_object('type', 'date', 'at', to_char(
             due.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
           'latest', 'skip', 1, 86400000, 'api', 'active', now(), now()
    FROM generate_series(1, $2::int) AS n, due
    RETURNING id)
  INSERT INTO carillon.job_plans (job_id, next_fire_at, revision)
  SELECT id, due.at, 1 FROM made, due`;

/** Of a job that is gone: they run all the same. */
const RUNS_DUE = `
  INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, created_at)
  SELECT $1, 'nothing', at, at, 'manual', 'pending', true, at
  FROM (SELECT date_trunc('milliseconds', now()) AS at) AS due, generate_series(1, $2::int)`;

/** @returns how many there are after so long */
async function untilNone(observer: Observer, sql: string, watchedMs = WATCHED_MS): Promise<number> {
  const giveUpAt = Date.now() + watchedMs;
  for (;;) {
    const [row] = await observer.query<{ left: number }>(sql);
    const left = Number(row?.left ?? 0);
    if (left === 0 || Date.now() > giveUpAt) return left;
    await sleep(500);
  }
}
