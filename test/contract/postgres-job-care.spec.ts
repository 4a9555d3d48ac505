import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aJob, later } from '../support/builders.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aNodeAtWork, clockOf } from './scenes.js';

const makeStore = postgresStores();

let store: PostgresTestStore;

beforeEach(async () => {
  store = await makeStore();
  await aNodeAtWork(store);
  const until = later(await clockOf(store), 1_000);
  for (const id of ['held', 'free']) {
    await store.jobs.add(aJob(id), 'api');
    await store.jobs.pause(id, { until });
  }
  store.advance(2_000);
});
afterEach(() => store.close());

const states = async () =>
  (await store.jobs.list({ limit: 10 })).items.map(({ id, state }) => `${id} ${state}`);

describe('the care for jobs', () => {
  it.each(['jobs WHERE id', 'job_plans WHERE job_id'])(
    'passes over what somebody’s open transaction holds in %s, and comes back for it',
    async (table) => {
      const host = new pg.Client({ connectionString: store.url });
      await host.connect();
      try {
        await host.query('BEGIN');
        await host.query(`SELECT 1 FROM carillon.${table} = 'held' FOR UPDATE`);
        await store.care.care();
        expect(await states()).toEqual(['free active', 'held paused']);
        await host.query('ROLLBACK');
        await store.care.care();
        expect(await states()).toEqual(['free active', 'held active']);
      } finally {
        await host.end();
      }
    },
  );

  it('leaves a row in the audit for each thing it does', async () => {
    await store.care.care();
    const rows = await store.query(
      `SELECT actor, action, job_id FROM carillon.audit WHERE actor = 'scheduler' ORDER BY job_id`,
    );
    expect(rows).toEqual([
      { actor: 'scheduler', action: 'job.resume', job_id: 'free' },
      { actor: 'scheduler', action: 'job.resume', job_id: 'held' },
    ]);
  });
});
