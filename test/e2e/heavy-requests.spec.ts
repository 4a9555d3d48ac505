/** What a viewer reads never keeps a node from firing: its answers are made in slices. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Application } from '../support/application.js';
import { spreadText } from '../support/lateness.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const LEASE_MS = 1_500;
const AT_ONCE = 20;
const ROUNDS = 15;

let database: TestDatabase;
let node: Application;

const keyOf = (name: string, role: string) =>
  `${name}:${role}:${createHash('sha256').update(name).digest('hex')}`;

beforeEach(async () => {
  database = await createTestDatabase();
  node = await Application.start('only', {
    DATABASE_URL: database.url,
    TASKS_LEASE_MS: String(LEASE_MS),
    TASKS_API_KEYS: [keyOf('watcher', 'viewer'), keyOf('chief', 'admin')].join(','),
  });
  await until('readiness', async () => (await node.get('/health/ready')).status === 200);
});

afterEach(async () => {
  await node.end('SIGTERM');
  await database.drop();
});

/** A run with as many lines as are kept, each as long as may be, and full of what is hidden from viewers. */
async function aTalkativeRun(): Promise<string> {
  const [row] = await database.query<{ id: string }>(
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, created_at, finished_at)
     VALUES ('talks', 'import-orders', now(), now(), 'manual', 'succeeded', false, now(), now())
     RETURNING id::text`,
  );
  await database.query(
    `INSERT INTO carillon.run_logs (run_id, attempt, at, level, message)
     SELECT $1::bigint, 1, now(), 'info', left(repeat('token=abc123 user password: "x y" ', 200), 4000)
     FROM generate_series(1, 1000)`,
    [row!.id],
  );
  return row!.id;
}

it('fires ten times a second while a viewer asks for all that is long, twenty times at once', async () => {
  const id = await aTalkativeRun();
  const trigger = { type: 'interval', milliseconds: 100 };
  const ticks = { id: 'ticks', task: 'import-orders', trigger, overlap: 'allow', coalesce: 'all' };
  expect((await node.post('/scheduler/jobs', ticks, 'chief')).status).toBe(201);
  await until('its runs', async () => {
    const rows = await database.query(`SELECT FROM carillon.runs WHERE job_id = 'ticks'`);
    return rows.length > 10;
  });
  const from = new Date();
  for (let round = 0; round < ROUNDS; round++) {
    const paths = [`/scheduler/runs/${id}/logs?limit=1000`, '/scheduler/fire-times?limit=500'];
    const asked = Array.from({ length: AT_ONCE }, (_, n) => node.get(paths[n % 2]!, 'watcher'));
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
  }
  const to = new Date();
  const late = await until('the last of them', async () => {
    const rows = await database.query<{ ms: number | null }>(
      `SELECT (extract(epoch FROM finished_at - fire_at) * 1000)::float8 AS ms FROM carillon.runs
       WHERE job_id = 'ticks' AND fire_at BETWEEN $1 AND $2`,
      [from, to],
    );
    return rows.every(({ ms }) => ms !== null) ? rows.map(({ ms }) => ms!) : null;
  });
  console.log(`beside twenty long requests at once: ${spreadText(late)}`);
  expect(Math.max(...late)).toBeLessThan(LEASE_MS);
  const terms = await database.query('SELECT FROM carillon.leader_history');
  expect(terms).toHaveLength(1);
  expect(node.log).not.toContain('event loop was blocked');
});
