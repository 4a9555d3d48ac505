import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGED_AFTER_MS, claimShares, pickRuns } from '../../src/tasks/domain/pick-runs.js';
import { ENGINE_SETTINGS } from '../../src/tasks/store/postgres/session/session-settings.js';
import { claim as claimStatement } from '../../src/tasks/store/postgres/runs/claim.js';
import { TASK } from '../support/builders.js';
import { until } from '../support/until.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aNodeAtWork, claim } from './scenes.js';
import { DEAD_AFTER_MS, type TestNode } from './test-store.js';

const makeStore = postgresStores();

let store: PostgresTestStore;
let north: TestNode;
let other: pg.Client;

beforeEach(async () => {
  store = await makeStore();
  north = await aNodeAtWork(store);
  other = new pg.Client({ connectionString: store.url });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await store.close();
});

interface Waiting {
  readonly job: string;
  readonly task?: string;
  readonly priority?: number;
  /** How long ago it became due, in ms. */
  readonly ago?: number;
}

/** Runs that wait, in the order of their ids. `i` is the number of each, from 1 on. */
async function waiting(count: number, run: Record<'job' | 'task' | 'priority' | 'ago', string>) {
  await store.query(
    `INSERT INTO ${store.schema.quoted}.runs
       (job_id, task, fire_at, run_at, cause, state, queued, priority, created_at)
     SELECT ${run.job}, ${run.task}, now(), now() - (${run.ago}) * interval '1 millisecond', 'manual',
            'pending', true, ${run.priority}, now()
     FROM generate_series(1, ${count}) i`,
  );
}

const each = async (runs: readonly Waiting[]) => {
  for (const { job, task = TASK, priority = 0, ago = 10 } of runs) {
    const one = { job: `'${job}'`, task: `'${task}'`, priority: `${priority}`, ago: `${ago}` };
    await waiting(1, one);
  }
};

const jobs = (runs: readonly { jobId: string }[]) => runs.map(({ jobId }) => jobId);

describe('a claim from many runs', () => {
  it('takes those that the domain picks, whatever waits', async () => {
    for (let round = 0; round < 12; round++) {
      await store.query(`TRUNCATE ${store.schema.quoted}.runs RESTART IDENTITY`);
      const by = (...choices: number[]) =>
        `(ARRAY[${choices.join()}])[1 + floor(random() * ${choices.length})::int]`;
      await waiting(60, {
        job: `'job-' || i * 7 % 15`,
        // Of its job, as everywhere.
        task: `(ARRAY['A', 'B', 'Zo', 'ä'])[1 + i * 7 % 15 % 4]`,
        priority: by(-5, 0, 0, 7),
        ago: by(50, 1_000, 1_000, 2 * AGED_AFTER_MS, 3 * AGED_AFTER_MS, -AGED_AFTER_MS),
      });
      const slots = 1 + (round % 7) * 3;
      const rows = await store.query<{
        id: string;
        jobId: string;
        task: string;
        priority: number;
        runAt: Date;
        now: Date;
      }>(
        `SELECT id, job_id AS "jobId", task, priority, run_at AS "runAt", now() AS now
         FROM ${store.schema.quoted}.runs`,
      );
      const now = rows[0]!.now;
      const known = ['B', 'ä', 'A', 'never'];
      const due = rows.filter(({ task, runAt }) => known.includes(task) && runAt <= now);
      const expected = pickRuns(due, { slots, turn: round, limits: {}, now });
      const { runs } = await north.queue.claim(known, slots, {}, round);
      const ids = (all: readonly string[]) => [...all].sort((a, b) => Number(a) - Number(b));
      expect(ids(runs.map(({ runId }) => runId))).toEqual(ids(expected.map(({ id }) => id)));
    }
  });

  it('takes no more of a task than its limit from all of its priorities', async () => {
    await each(
      Array.from({ length: 9 }, (_, n) => ({ job: `l-${n}`, task: 'L', priority: n % 3 })),
    );
    await each(Array.from({ length: 9 }, (_, n) => ({ job: `f-${n}`, priority: 5 })));
    const { runs } = await north.queue.claim([TASK, 'L'], 6, { L: 2 });
    expect(runs).toHaveLength(6);
    expect(runs.filter(({ task }) => task === 'L')).toHaveLength(2);
  });

  it('starts a job of every second on time while 20,000 others are worked off', async () => {
    const flood = { task: `'${TASK}'`, priority: '-1', ago: '500' };
    await waiting(20_000, { ...flood, job: `'flood-' || i` });
    let turn = 0;
    for (let second = 0; second < 5; second++) {
      await each([{ job: 'every-second', ago: 0 }]);
      const { runs } = await north.queue.claim([TASK], 4, {}, turn);
      turn += runs.length;
      expect(runs).toHaveLength(4);
      expect(jobs(runs)).toContain('every-second');
    }
  });

  it('takes others where somebody’s transaction holds all runs of a more urgent group', async () => {
    await each(['a', 'b', 'c', 'd'].map((job) => ({ job, priority: -5 })));
    await each(['e', 'f', 'g'].map((job) => ({ job })));
    await other.query('BEGIN');
    await other.query(`SELECT 1 FROM ${store.schema.quoted}.runs WHERE priority = -5 FOR UPDATE`);
    expect(jobs(await claim(north, 3)).sort()).toEqual(['e', 'f', 'g']);
    await other.query('ROLLBACK');
    expect(jobs(await claim(north, 3))).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['the only one that waits', 0, 0],
    ['the newest of a crowd', 5, 3],
  ])('leaves a run that was put off after it looked: %s', async (_which, others, turn) => {
    await each(Array.from({ length: others }, (_, n) => ({ job: `older-${n}`, ago: 1_000 })));
    await each([{ job: 'put-off' }]);
    const { quoted } = store.schema;
    await other.query('BEGIN');
    await other.query(`SELECT 1 FROM ${quoted}.leader_lock FOR UPDATE`);
    const claiming = north.queue.claim([TASK], 1, {}, turn);
    await until('the claim waits', async () => {
      const waits = await store.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%leader_lock%'
         AND datname = current_database()`,
      );
      return waits.length > 0;
    });
    await store.query(
      `UPDATE ${quoted}.runs SET run_at = now() + interval '1 hour' WHERE job_id = 'put-off'`,
    );
    await other.query('COMMIT');
    expect(jobs((await claiming).runs)).not.toContain('put-off');
  });

  it('locks no run that it does not take', async () => {
    await each(['a', 'b', 'c', 'd', 'e', 'f'].map((job, n) => ({ job, task: n % 2 ? TASK : 'L' })));
    const { name, text } = claimStatement(store.schema);
    await other.query('BEGIN');
    const values = ['0 s', north.id, DEAD_AFTER_MS, ['L', TASK], [1, 3], 3, 1, 1];
    const { rows } = await other.query({ name, text, values });
    expect(rows).toHaveLength(3);
    const left = await store.query(
      `SELECT id FROM ${store.schema.quoted}.runs WHERE queued FOR UPDATE SKIP LOCKED`,
    );
    expect(left).toHaveLength(3);
    await other.query('ROLLBACK');
  });

  it.each([
    ['of tasks that nobody here knows', { task: `'U' || i % 500`, ago: '900000', job: `'u'` }],
    ['of later', { task: `'${TASK}'`, ago: '-900000', job: `'u' || i` }],
    ['of one job', { task: `'${TASK}'`, ago: '10', job: `'u'` }],
    ['that have aged', { task: `'${TASK}'`, ago: '900000 + i', job: `'u' || i` }],
  ])('reads as little beside 50,000 runs %s', async (_what, run) => {
    await waiting(50_000, { ...run, priority: '-1' });
    await each(Array.from({ length: 20 }, (_, n) => ({ job: `known-${n}` })));
    await store.query(`VACUUM ANALYZE ${store.schema.quoted}.runs`);
    const options = Object.entries(ENGINE_SETTINGS).map(([name, value]) => `${name} = '${value}'`);
    await other.query(options.map((option) => `SET ${option}`).join(';'));
    const shares = claimShares(10, 0);
    const values = [`'0 s'`, `'${north.id}'`, DEAD_AFTER_MS, `ARRAY['${TASK}']`, `ARRAY[10]`, 10];
    await other.query(`PREPARE claiming AS ${claimStatement(store.schema).text}`);
    await other.query('BEGIN');
    const { rows } = await other.query<Record<'QUERY PLAN', [{ Plan: Record<string, number> }]>>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
       EXECUTE claiming (${[...values, shares.aged, shares.newest].join()})`,
    );
    await other.query('ROLLBACK');
    const plan = rows[0]!['QUERY PLAN'][0].Plan;
    expect(plan['Actual Rows']).toBe(10);
    expect(plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!).toBeLessThan(1_500);
  });
});
