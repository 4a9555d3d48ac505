import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NewJob } from '../../src/tasks/domain/job.js';
import { EnginePool } from '../../src/tasks/store/postgres/session/engine-pool.js';
import { ENGINE_SETTINGS } from '../../src/tasks/store/postgres/session/session-settings.js';
import type { Statement } from '../../src/tasks/store/postgres/session/statement.js';
import { TASK } from '../support/builders.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aDueJobIn, aNodeAtWork, lead, planDue } from './scenes.js';
import type { TestNode } from './test-store.js';

/** A job with very many runs that wait is no dearer to fire, and to let go on, than any other. */
const MANY = 50_000;
/** Of 8 kB each; some dozens are read where nothing waits. */
const MAX_BLOCKS = 300;

const makeStore = postgresStores();

let store: PostgresTestStore;
let north: TestNode;
let token: number;
let other: pg.Client;

beforeEach(async () => {
  store = await makeStore();
  north = await aNodeAtWork(store);
  token = await lead(north);
  other = new pg.Client({ connectionString: store.url });
  await other.connect();
  for (const [name, value] of Object.entries(ENGINE_SETTINGS)) {
    await other.query(`SET ${name} = '${value}'`);
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  await other.end();
  await store.close();
});

interface Waiting {
  readonly cause: string;
  readonly held: 'buffered' | 'paused' | null;
}

async function manyWaiting({ cause, held }: Waiting): Promise<void> {
  await store.query(
    `INSERT INTO ${store.schema.quoted}.runs
       (job_id, task, fire_at, run_at, cause, state, held, queued, priority, created_at, backfill_id)
     SELECT 'report', '${TASK}', now() - i * interval '1 second', now(), $1, 'pending', $2::text, $2::text IS NULL,
            0, now(), CASE WHEN $1 = 'backfill' THEN gen_random_uuid() END
     FROM generate_series(1, ${MANY}) i`,
    [cause, held],
  );
  await store.query(`VACUUM ANALYZE ${store.schema.quoted}.runs`);
}

/** What a fire for ordinary cases says when it has left all to the other one. */
const NOTHING_MOVED = { led: true, moved: [], pending: 0, claimed: null, rows: [], at: new Date() };

/** How many blocks the server looks at for all that a port asks, and does it. */
async function blocksOf(ask: () => Promise<unknown>): Promise<number> {
  let blocks = 0;
  const spy = vi.spyOn(EnginePool.prototype, 'query').mockImplementation(async (...question) => {
    blocks += await blocksOfOne(...question);
    if (question[0].name === 'fire_plain') return [NOTHING_MOVED] as never[];
    throw new Error('is only explained');
  });
  await ask().catch(() => undefined);
  spy.mockRestore();
  return blocks;
}

async function blocksOfOne({ text }: Statement, values: readonly unknown[]): Promise<number> {
  const { rows } = await other.query<Record<'QUERY PLAN', [{ Plan: Record<string, number> }]>>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
    [...values],
  );
  const { Plan: plan } = rows[0]!['QUERY PLAN'][0];
  return plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
}

const policies: readonly [string, Partial<NewJob>, Waiting][] = [
  ['of a backfill', { overlap: 'buffer-all' }, { cause: 'backfill', held: 'buffered' }],
  ['that were asked for', { overlap: 'skip' }, { cause: 'manual', held: null }],
  ['beside each other', { overlap: 'allow' }, { cause: 'manual', held: null }],
  ['until it is resumed', { overlap: 'skip' }, { cause: 'manual', held: 'paused' }],
  [
    'for their turn, when they give way',
    { overlap: 'skip' },
    { cause: 'manual', held: 'buffered' },
  ],
];

describe(`beside ${MANY} runs of the job that wait`, () => {
  it.each(policies)('%s, its next fire looks at few of them', async (_which, policy, waiting) => {
    await aDueJobIn(store, 'report', policy);
    await manyWaiting(waiting);
    const { pauses } = await north.fires.due(0, 1);
    const fires = await planDue(store, north);
    const blocks = await blocksOf(() => north.fires.fire(token, pauses.count, fires));
    expect(blocks).toBeLessThan(MAX_BLOCKS);
    expect(
      await store.query(`SELECT 1 FROM ${store.schema.quoted}.runs WHERE cause = 'fired'`),
    ).toHaveLength(1);
  });

  it.each([
    ['of a backfill', { cause: 'backfill', held: 'buffered' }],
    ['for their turn', { cause: 'manual', held: 'buffered' }],
  ] as const)('%s, the release of one looks at few of them', async (_which, waiting) => {
    await aDueJobIn(store, 'report', { overlap: 'buffer-all' });
    await manyWaiting(waiting);
    const blocks = await blocksOf(() => north.fires.release(token));
    expect(blocks).toBeLessThan(MAX_BLOCKS);
    expect(
      await store.query(`SELECT 1 FROM ${store.schema.quoted}.runs WHERE queued`),
    ).toHaveLength(1);
  });
});
