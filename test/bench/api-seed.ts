import { randomUUID } from 'node:crypto';
import { recordedLog } from '../support/recorded-log.js';
import { SystemClock } from '../../src/tasks/engine/system-clock.js';
import { ClockShift } from '../../src/tasks/store/postgres/database-time.js';
import { postgresEngineStore } from '../../src/tasks/store/postgres/engine-store.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import type { BenchDatabase } from './bench-host.js';

/** A node that has claimed what has run. */
export const NODE = '00000000-0000-4000-8000-000000000001';

export interface Size {
  readonly runs: number;
  readonly jobs: number;
  readonly audit: number;
}

/** A month of a cluster: jobs of every kind, their runs and what people did. */
export async function seed({ query }: BenchDatabase, { runs, jobs, audit }: Size): Promise<void> {
  const everyMs = Math.floor((30 * 86_400_000) / runs);
  const at = `date_trunc('milliseconds', now() - (${runs} - n) * interval '${everyMs} milliseconds')`;
  for (const sql of [
    `INSERT INTO carillon.nodes (id, name, version, schema_version, roles, tasks, started_at, heartbeat_at)
     VALUES ('${NODE}', 'seeded', '1', 1, '{worker}', '{}', now(), now())`,
    `INSERT INTO carillon.jobs (id, name, task, payload, trigger, tags, coalesce, overlap, max_instances,
                                origin, state, paused, paused_at, misfire_grace_ms, created_at, updated_at)
     SELECT 'job-' || n, 'The job number ' || n, 'task-' || n % 50, '{"team": 7}',
            CASE WHEN n % 4 = 0 THEN '{"type": "interval", "minutes": 30, "startAt": "2026-01-01T00:00:00Z"}'
                 ELSE jsonb_build_object('type', 'cron', 'timeZone', 'Europe/Berlin', 'expression',
                   CASE WHEN n % 4 = 1 THEN n % 60 || ' * * * *'
                        WHEN n % 4 = 2 THEN n % 60 || ' ' || n % 24 || ' * * *'
                        ELSE '*/15 ' || n % 24 || ' * * 1-5' END) END::jsonb,
            ARRAY['team-' || n % 20], 'latest', 'skip', 1, 'api',
            CASE WHEN n % 25 = 0 THEN 'paused' ELSE 'active' END, n % 25 = 0,
            CASE WHEN n % 25 = 0 THEN now() END, 86400000, now() - interval '40 days', now()
     FROM generate_series(1, ${jobs}) n`,
    `INSERT INTO carillon.job_plans (job_id, next_fire_at, last_fire_at, revision)
     SELECT id, CASE WHEN state = 'active' THEN now() + random() * interval '1 hour' END,
            now() - random() * interval '1 hour', 1
     FROM carillon.jobs`,
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                node_id, fencing_token, started_at, finished_at, error, result)
     SELECT 'job-' || 1 + n % ${jobs}, CASE WHEN n % 50000 = 1 THEN 'rare' ELSE 'task-' || n % 50 END, ${at}, ${at},
            CASE WHEN n % 5000 = 3 THEN 'backfill' WHEN n % 700 = 1 THEN 'manual' ELSE 'fired' END,
            CASE WHEN n % 33 = 0 THEN 'failed' ELSE 'succeeded' END, false, 1, ${at}, '${NODE}', 1,
            ${at} + n % 50 * interval '1 ms', ${at} + (50 + n * 7 % 3000) * interval '1 ms',
            CASE WHEN n % 33 = 0 THEN '{"name": "Error", "message": "the disk is full", "stack": "Error: at line 7"}'::jsonb END,
            '{"rows": 42}'
     FROM generate_series(1, ${runs}) n`,
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at)
     SELECT 'job-' || n, 'task-' || n % 50, now(), now(), 'manual', 'pending', true, 0, now()
     FROM generate_series(1, 200) n`,
    `INSERT INTO carillon.audit (at, actor, action, job_id, run_id, reason)
     SELECT now() - (${audit} - n) * interval '25 seconds', 'key:' || n % 9,
            (ARRAY['job.run', 'job.pause', 'job.resume', 'job.modify'])[1 + n % 4], 'job-' || n % ${jobs},
            CASE WHEN n % 4 = 0 THEN n END, 'because'
     FROM generate_series(1, ${audit}) n`,
    'VACUUM ANALYZE',
  ]) {
    await query(sql);
  }
}

/** Counts all of it, as a leader does, but without a rest. How many steps it took. */
export async function countAll({ url }: Pick<BenchDatabase, 'url'>): Promise<number> {
  const access = { url, keepsSession: true };
  const node = { name: 'counter', version: '1', schemaVersion: 1, roles: ['scheduler'] };
  const store = postgresEngineStore({
    schema: new SchemaName('carillon'),
    shift: new ClockShift(),
    hint: false,
    node: { ...node, id: randomUUID(), tasks: {}, jobs: {} },
    pooled: access,
    direct: access,
    poolSize: 2,
    leaseMs: 600_000,
    deadAfterMs: 600_000,
    orphanAfterMs: 900_000,
    retentionDays: 30,
    clock: new SystemClock(),
    log: recordedLog(),
  });
  const { fencingToken } = (await store.lock.takeOver(0, false))!;
  let steps = 0;
  let { hour, more, before } = (await store.sums.count(fencingToken))!;
  for (; more || before !== null; steps++) {
    if (!more) hour = before!;
    ({ more, before } = (await store.sums.count(fencingToken, hour))!);
  }
  for (let after: string | null = ''; after !== null; steps++) {
    ({ last: after } = await store.sums.judge(fencingToken, after));
  }
  await store.lock.resign(fencingToken);
  await store.close();
  return steps;
}
