import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRoot, serverUser } from '../../src/embedded-postgres/server-user.js';
import { Pooler } from '../chaos/pooler.js';
import { holdRows, type Holder } from './hold-rows.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { lead } from './scenes.js';
import type { TestNode } from './test-store.js';

/** Statements that are given up behind a real transaction pooler, which keeps no session's settings. */

const makeStore = postgresStores();
let pooler: Pooler;
let store: PostgresTestStore;
let north: TestNode;
let holder: Holder | null;

beforeAll(async () => {
  const { url } = await makeStore();
  pooler = await Pooler.before(url, isRoot() ? await serverUser(() => undefined) : null);
});
afterAll(() => pooler.stop());

beforeEach(async () => {
  store = await makeStore();
  north = store.node('north', { pooler: pooler.url });
  await north.roster.register();
  holder = null;
});
afterEach(async () => {
  await holder?.release();
  await store.close();
});

const hold = async (rows: string) => {
  holder = await holdRows(store, `SELECT 1 FROM ${store.schema.quoted}.${rows}`);
};

/** Connections of the pooler to the server, and how many of them wait for somebody's lock. */
async function backends(): Promise<{ all: number; waiting: number }> {
  const [row] = await store.query<{ all: number; waiting: number }>(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE wait_event_type = 'Lock')::int AS waiting
     FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend'`,
  );
  return row!;
}

describe('a statement that is given up behind a pooler', () => {
  it('has ended on the server by then: nothing piles up', async () => {
    await hold('nodes');
    await expect(north.roster.beat()).rejects.toThrow('lock timeout');
    const { all, waiting } = await backends();
    expect(waiting).toBe(0);
    const again = Array.from({ length: 4 }, () => north.roster.beat());
    for (const beat of await Promise.allSettled(again)) expect(beat.status).toBe('rejected');
    await Promise.allSettled([north.roster.beat(), north.roster.beat()]);
    const after = await backends();
    expect(after.waiting).toBe(0);
    // No more than the pool of the node has.
    expect(after.all - all).toBeLessThan(4);
  });

  it('takes no effect later: nobody leads without knowing it', async () => {
    await hold('leader_lock');
    await expect(north.lock.takeOver(0, false)).rejects.toThrow(/due to (lock|statement) timeout/);
    expect((await backends()).waiting).toBe(0);
    await holder!.release();
    await north.roster.beat();
    const lock = await store.query(`SELECT node_id FROM ${store.schema.quoted}.leader_lock`);
    expect(lock).toEqual([{ node_id: null }]);
    expect(await lead(north)).toBe(1);
  });
});
