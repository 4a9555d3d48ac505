import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../src/tasks/domain/errors.js';
import { ClockShift } from '../../src/tasks/store/postgres/database-time.js';
import { tasksDataSource } from '../../src/tasks/store/postgres/data-source.js';
import { TasksDatabase } from '../../src/tasks/store/postgres/tasks-database.js';
import { PostgresJobStore } from '../../src/tasks/store/postgres/jobs/job-store.js';
import { aJob } from '../support/builders.js';
import { Relay } from '../support/relay.js';
import { until } from '../support/until.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { DEAD_AFTER_MS } from './test-store.js';

/** What a caller is told when the connection is lost, by when that happens. */

const makeStore = postgresStores();
let store: PostgresTestStore;
let relay: Relay;
let dataSource: DataSource;
let tables: TasksDatabase;
let jobs: PostgresJobStore;

beforeEach(async () => {
  store = await makeStore();
  relay = await Relay.to(store.url);
  dataSource = await tasksDataSource(relay.url, store.schema).initialize();
  tables = new TasksDatabase(dataSource);
  tables.unavailable = null;
  jobs = new PostgresJobStore(tables, store.schema, new ClockShift(), DEAD_AFTER_MS);
});
afterEach(async () => {
  await dataSource.destroy();
  await relay.close();
  await store.close();
});

const beforeCommit = (does: () => Promise<void>) => {
  dataSource.subscribers.push({ beforeTransactionCommit: does });
};

/** The error of a change that is made while the database goes away. */
async function unavailable(change: Promise<unknown>): Promise<UnavailableError> {
  const error = await change.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UnavailableError)) throw new Error('it was not', { cause: error });
  return error;
}

describe('a change whose connection is lost', () => {
  it('before the commit was not made, and says so', async () => {
    await store.jobs.add(aJob('report'), 'api');
    const other = new pg.Client({ connectionString: store.url });
    await other.connect();
    await other.query(`BEGIN; SELECT 1 FROM ${store.schema.quoted}.jobs FOR UPDATE`);
    const paused = unavailable(jobs.pause('report'));
    await until('the wait for the lock', async () => {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                     AND datname = current_database()`;
      return (await store.query(sql)).length > 0;
    });
    await relay.cut();
    const error = await paused;
    expect(error).toMatchObject({ maybeDone: false, code: 'unavailable' });
    expect(error.message).toContain('Nothing was changed');
    await other.query('ROLLBACK');
    await other.end();
    expect((await store.jobs.get('report'))?.paused).toBe(false);
  });

  it.each<[string, (manager: EntityManager) => Promise<unknown>]>([
    ['a manager', (manager) => manager.query('SELECT 1')],
    ['a query runner', ({ queryRunner }) => queryRunner!.query('SELECT 1')],
  ])('between two of its statements was not made, as %s finds', async (_who, again) => {
    const change = tables.transaction(async (manager) => {
      await manager.query('SELECT 1');
      await relay.cut();
      await until('the end of its connection', () => manager.queryRunner?.isReleased === true);
      await again(manager);
    });
    const error = await unavailable(change);
    expect(error.maybeDone).toBe(false);
    expect(error.message).toContain('the connection has ended. Nothing was changed');
  });

  it('with the commit on its way may have been made: here it never arrived', async () => {
    beforeCommit(() => relay.cut());
    const error = await unavailable(jobs.add(aJob('report'), 'api', 'keep'));
    expect(error).toMatchObject({ maybeDone: true, code: 'unavailable' });
    expect(error.message).toContain('may have been made');
    expect(await store.jobs.get('report')).toBeNull();
  });

  it('with the commit on its way may have been made: here only its answer was lost', async () => {
    beforeCommit(async () => relay.mute());
    const added = unavailable(jobs.add(aJob('report'), 'api', 'keep'));
    await until('the commit', () => store.jobs.get('report'));
    await relay.cut();
    expect(await added).toMatchObject({ maybeDone: true });
    expect(await store.jobs.get('report')).toMatchObject({ revision: 1 });
  });

  it('that is one statement may have been made once that was sent', async () => {
    const other = new pg.Client({ connectionString: store.url });
    await other.connect();
    await other.query(`BEGIN; LOCK TABLE ${store.schema.quoted}.audit IN ACCESS EXCLUSIVE MODE`);
    const added = unavailable(jobs.add(aJob('report'), 'api'));
    await until('the wait for the lock', async () => {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                     AND datname = current_database()`;
      return (await store.query(sql)).length > 0;
    });
    await relay.cut();
    expect(await added).toMatchObject({ maybeDone: true });
    await other.query('ROLLBACK');
    await other.end();
  });

  it('finds its way again when the database is back', async () => {
    await relay.cut();
    expect(await unavailable(jobs.add(aJob('report'), 'api'))).toMatchObject({ maybeDone: false });
    await relay.restore();
    expect(await jobs.add(aJob('report'), 'api')).toMatchObject({ created: true });
  });
});
