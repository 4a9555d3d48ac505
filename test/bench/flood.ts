import { setTimeout as sleep } from 'node:timers/promises';
import { benchDatabase, benchHost, type BenchDatabase, type BenchHost } from './bench-host.js';

/**
 * What many jobs that are due at once, or that an outage has left, do to a job of every second beside
 * them, to their own next fire times, and how long it takes to catch up on all of them.
 */
const CONCURRENCY = 10;
const WATCHED_MS = 20_000;
const BUDGET_MS = 1_000;

export async function run(): Promise<boolean> {
  const kept = [
    await flooded('20,000 jobs due at once', { jobs: 20_000, everySeconds: 86_400, agoSeconds: 0 }),
    await flooded('3,000 jobs of 20 s, 5 min overdue', {
      jobs: 3_000,
      everySeconds: 20,
      agoSeconds: 300,
    }),
    await flooded('100,000 daily jobs, 1 h overdue', {
      jobs: 100_000,
      everySeconds: 86_400,
      agoSeconds: 3_600,
    }),
  ];
  return !kept.includes(false);
}

export interface Flood {
  readonly jobs: number;
  readonly everySeconds: number;
  /** How long ago they should have fired. */
  readonly agoSeconds: number;
}

async function flooded(what: string, flood: Flood): Promise<boolean> {
  const database = await benchDatabase();
  let host: BenchHost | undefined;
  try {
    host = await benchHost(database.url, CONCURRENCY);
    await host.tasks.addJob({
      id: 'every-second',
      task: 'nothing',
      trigger: { type: 'interval', seconds: 1 },
    });
    await sleep(3_000);
    await storeDue(database, flood);
    const since = performance.now();
    const [{ id: watchedFrom } = { id: '0' }] = await database.query<{ id: string }>(
      `SELECT coalesce(max(id), 0)::text AS id FROM carillon.runs`,
    );
    await sleep(WATCHED_MS);
    const late = await lateness(database, watchedFrom);
    const counts = await database.query<{ what: string; count: number }>(
      `SELECT concat_ws(', ', state, reason) AS what, count(*)::int AS count
       FROM carillon.runs WHERE job_id LIKE 'flood-%' GROUP BY 1 ORDER BY 2 DESC`,
    );
    console.log(`\n${what}, ${CONCURRENCY} slots, ${database.version}; in the first 20 s:`);
    console.log(counts.map(({ what: kind, count }) => `${kind}: ${count}`).join(' · '));
    await database.until(
      'the end of the flood',
      `SELECT 1 WHERE NOT EXISTS (
         SELECT 1 FROM carillon.job_plans
         WHERE job_id LIKE 'flood-%' AND next_fire_at < now() - interval '30 seconds')
       AND (SELECT count(*) FROM (SELECT 1 FROM carillon.runs WHERE queued LIMIT 100) q) < 100`,
    );
    console.log(`worked off after ${((performance.now() - since) / 1_000).toFixed(0)} s`);
    const isKept = late.max <= BUDGET_MS;
    console.log(
      `a job of every second beside them: ${late.count} starts, p50 ${late.p50.toFixed(0)} ms, max ` +
        `${late.max.toFixed(0)} ms late, budget ${BUDGET_MS}${isKept ? '' : '  NOT KEPT'}`,
    );
    return isKept;
  } finally {
    await host?.close();
    await database.remove();
  }
}

/** As if somebody had added them, and every node had been down since. */
export async function storeDue({ query }: BenchDatabase, flood: Flood): Promise<void> {
  await query(
    `WITH due AS (
       SELECT date_trunc('milliseconds', now()) - $3 * interval '1 second' AS at),
     made AS (
       INSERT INTO carillon.jobs
         (id, name, task, trigger, coalesce, overlap, max_instances, misfire_grace_ms, origin,
          state, created_at, updated_at)
       SELECT 'flood-' || n, 'flood', 'nothing',
              jsonb_build_object('type', 'interval', 'seconds', $2::int, 'startAt', to_char(
                due.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
              'latest', 'skip', 1, 86400000, 'api', 'active', now(), now()
       FROM generate_series(1, $1::int) AS n, due
       RETURNING id)
     INSERT INTO carillon.job_plans (job_id, next_fire_at, revision)
     SELECT id, due.at, 1 FROM made, due`,
    [flood.jobs, flood.everySeconds, flood.agoSeconds],
  );
  await query(`SELECT pg_notify('carillon_wake', 'jobs')`);
}

/** How late its runs started, and those count that were skipped: as late as the next one. */
async function lateness({ query }: BenchDatabase, from: string) {
  const [row] = await query<{ count: number; p50: number; max: number }>(
    `WITH started AS (
       SELECT fire_at, extract(epoch FROM coalesce(started_at, clock_timestamp()) - fire_at) * 1000 AS ms
       FROM carillon.runs
       WHERE job_id = 'every-second' AND state <> 'skipped' AND id > $1::bigint),
     missed AS (
       SELECT covers_from, (SELECT min(ms) FROM started s WHERE s.fire_at > r.fire_at) + 1000 AS ms
       FROM carillon.runs r
       WHERE job_id = 'every-second' AND state = 'skipped' AND id > $1::bigint)
     SELECT count(*)::int AS count, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::float8 AS p50,
            max(ms)::float8 AS max
     FROM (SELECT ms FROM started UNION ALL SELECT ms FROM missed) l`,
    [from],
  );
  return row!;
}
