import type { TestDatabase } from '../support/postgres.js';

/** A node that has been there and is gone. */
const GONE = '8f6f0d1e-5a7b-4f0e-9c51-3a4d7f2b9c10';

/** How a job of the shop has fared: how often it ran, how long it took, every how many failed. */
const FARED = [
  { job: 'import-orders', every: '5 seconds', times: 17_280, ms: 12 },
  { job: 'refresh-rates', every: '10 minutes', times: 150, ms: 310 },
  { job: 'clean-old-files', every: '1 hour', times: 26, ms: 88 },
  { job: 'daily-report', every: '1 day', times: 20, ms: 41_000 },
  { job: 'nightly-export', every: '1 day', times: 20, ms: 720_000 },
  { job: 'rebuild-ledger', every: '7 days', times: 4, ms: 1_080_000 },
  { job: 'settle-invoices', every: '1 day', times: 20, ms: 30_000, fails: true },
] as const;

/** A month of the shop, before it opens: what ran, what failed, and fire times that were skipped. */
export async function seedHistory(database: TestDatabase): Promise<void> {
  await database.query(
    `INSERT INTO carillon.nodes (id, name, started_at, heartbeat_at, stopped_at, version, schema_version, roles, tasks)
     VALUES ($1, 'worker-2', now() - interval '9 days', now() - interval '2 hours',
             now() - interval '2 hours', '2.13.4', 4, '{worker}', '{}')`,
    [GONE],
  );
  const fared = FARED.map((one) => ({ fails: false, ...one }));
  await database.query(
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, reason, attempt, node_id,
       fencing_token, queued, created_at, started_at, finished_at, error)
     SELECT job, job, at, at, 'fired', state, CASE WHEN skipped THEN 'overlapped' END,
       CASE WHEN skipped THEN 0 ELSE 1 END, CASE WHEN skipped THEN NULL ELSE $1::uuid END, 1, false, at,
       CASE WHEN skipped THEN NULL ELSE at + interval '3 ms' END,
       CASE WHEN skipped THEN at ELSE at + interval '3 ms' + took END,
       CASE state WHEN 'failed' THEN $2::jsonb END
     FROM (
       SELECT job, date_trunc('milliseconds', now() - n * every::interval) AS at,
         make_interval(secs => ms / 1000.0 * (0.6 + (n * 37 % 50) / 60.0)) AS took,
         CASE WHEN fails AND n <= 3 OR NOT fails AND n % 41 = 7 THEN 'failed'
              WHEN n % 29 = 4 THEN 'skipped' ELSE 'succeeded' END AS state,
         n % 29 = 4 AS skipped
       FROM jsonb_to_recordset($3::jsonb) AS fared(job text, every text, times int, ms int, fails boolean)
       CROSS JOIN LATERAL generate_series(1, times) n
     ) planned
     ORDER BY at`,
    [GONE, JSON.stringify(ERROR), JSON.stringify(fared)],
  );
  await database.query(
    `INSERT INTO carillon.job_outcomes (job_id, failures, failing_since)
     VALUES ('settle-invoices', 3, now() - interval '3 days')`,
  );
}

const ERROR = {
  name: 'PaymentTimeout',
  message: 'gateway did not answer within 30 s',
  stack: `PaymentTimeout: gateway did not answer within 30 s
    at Gateway.settle (/app/src/billing/gateway.ts:88:13)
    at InvoicesService.settle (/app/src/billing/invoices.service.ts:41:22)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)`,
  cause: {
    name: 'Error',
    message: 'connect ETIMEDOUT 10.0.4.7:443',
    fields: { code: 'ETIMEDOUT' },
  },
};
