import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDeclaration, aJob, later, minutes, NODE } from '../support/builders.js';
import { until } from '../support/until.js';
import { InFlight } from './in-flight.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aNodeAtWork, aRunningRun, clockOf, lead, fireDue, run, runsOf } from './scenes.js';

/** Changes of jobs that have to wait for somebody else, and what they find then. */

const makeStore = postgresStores();
let store: PostgresTestStore;
let other: InFlight;

beforeEach(async () => {
  store = await makeStore();
  other = await InFlight.beside(store);
});
afterEach(async () => {
  await other.end();
  await store.close();
});

const SECONDLY = { type: 'cron', expression: '* * * * * *' } as const;

describe('a job that is made while one of its id is being removed', () => {
  it('only fires after the end of the other, whose rows it cannot meet', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await other.begin(`DELETE FROM jobs WHERE id = 'report'`);
    const added = store.jobs.add(aJob('report', { trigger: SECONDLY }), 'api');
    await other.someoneWaits();
    const asked = await clockOf(store);
    await until('a second', async () => (await clockOf(store)) > later(asked, 1_000));
    const ended = await clockOf(store);
    await other.commit();
    const { job, created } = await added;
    expect(created).toBe(true);
    expect(job.nextFireAt!.getTime()).toBeGreaterThan(ended.getTime());
  });

  it('is made by whoever wanted to replace that one, or to keep it', async () => {
    for (const conflict of ['replace', 'keep'] as const) {
      await store.jobs.add(aJob('report', { priority: 1 }), 'api');
      await other.begin(`SELECT 1 FROM jobs WHERE id = 'report' FOR UPDATE`);
      const added = store.jobs.add(aJob('report', { priority: 2 }), 'api', conflict);
      if (conflict === 'replace') await other.someoneWaits();
      await other.and(`DELETE FROM jobs WHERE id = 'report'`);
      await other.commit();
      const { job } = await added;
      expect(job.priority).toBe((await store.jobs.get('report'))?.priority ?? 1);
      await store.jobs.remove('report').catch(() => undefined);
    }
  });

  it('is declared by whoever finds it gone', async () => {
    await store.jobs.declare(aDeclaration('report'), NODE);
    await other.begin(`SELECT 1 FROM jobs WHERE id = 'report' FOR UPDATE`);
    const declared = store.jobs.declare(aDeclaration('report', { priority: 3 }), NODE);
    await other.someoneWaits();
    await other.and(`DELETE FROM jobs WHERE id = 'report'`);
    await other.commit();
    expect(await declared).toBe('created');
    expect((await store.jobs.get('report'))?.priority).toBe(3);
  });
});

describe('a declaration that fires after each start', () => {
  it('and waits through a cold start is armed for the new one', async () => {
    await (await aNodeAtWork(store)).roster.leave();
    const declaration = aDeclaration('report', { trigger: { type: 'start', delayMs: 0 } });
    await store.jobs.declare(declaration, NODE);
    const { generation } = await aGenerationOf('report');
    await other.begin(`SELECT 1 FROM jobs WHERE id = 'report' FOR UPDATE`);
    const declared = store.jobs.declare(declaration, NODE);
    await other.someoneWaits();
    await other.and(
      `UPDATE leader_lock SET generation = generation + 1, generation_at = now() + interval '1 h'`,
      `UPDATE jobs SET generation = generation + 1`,
    );
    await other.commit();
    expect(await declared).toBe('unchanged');
    expect(await aGenerationOf('report')).toEqual({ generation: generation + 1 });
  });

  const aGenerationOf = async (id: string) => {
    const sql = `SELECT generation::int FROM ${store.schema.quoted}.jobs WHERE id = $1`;
    return (await store.query<{ generation: number }>(sql, [id]))[0]!;
  };
});

describe('a key that somebody is using', () => {
  const KEY = `INSERT INTO idempotency_keys (scope, key, fingerprint, created_at)
               VALUES ('run:report', 'k', 'another request', now())`;

  it('is free again if they give up', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await other.begin(KEY);
    const asked = store.jobs.runNow('report', { idempotencyKey: 'k' });
    await other.someoneWaits();
    await other.and('ROLLBACK');
    expect(await asked).toMatchObject({ state: 'pending' });
  });

  it('is theirs if they do not', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await other.begin(KEY);
    const asked = store.jobs.runNow('report', { idempotencyKey: 'k' });
    asked.catch(() => undefined);
    await other.someoneWaits();
    await other.commit();
    await expect(asked).rejects.toThrow('was used for another request');
    expect(await runsOf(store, 'report')).toEqual([]);
  });
});

describe('a removal', () => {
  it('waits for a claim in flight, and then lets it run', async () => {
    const node = await aNodeAtWork(store);
    const token = await lead(node);
    await store.jobs.add(aJob('report'), 'api');
    store.advance(minutes(1));
    await fireDue(store, node, token);
    await other.begin(`UPDATE runs SET state = 'running', queued = false, attempt = 1`);
    const removed = store.jobs.remove('report');
    await other.someoneWaits();
    await other.commit();
    await removed;
    expect(await runsOf(store, 'report')).toMatchObject([{ state: 'running' }]);
  });

  it('of all jobs passes over one that somebody removes meanwhile', async () => {
    for (const id of ['a', 'b', 'c']) await store.jobs.add(aJob(id), 'api');
    await other.begin(`DELETE FROM jobs WHERE id = 'b'`);
    const removed = store.jobs.removeAll();
    await other.someoneWaits();
    await other.commit();
    expect(await removed).toBe(2);
  });
});

describe('a job that was made anew while its change waited', () => {
  it('is not changed by what was meant for the other', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await other.begin(`DELETE FROM jobs WHERE id = 'report'`);
    const paused = store.jobs.pause('report');
    paused.catch(() => undefined);
    await other.someoneWaits();
    await other.and(
      `INSERT INTO jobs (id, name, task, trigger, coalesce, overlap, max_instances, origin, state,
                         created_at, updated_at)
       VALUES ('report', 'new', 'T', '{"type": "interval", "minutes": 1}', 'latest', 'skip', 1,
               'api', 'active', now(), now())`,
      `INSERT INTO job_plans (job_id, revision) VALUES ('report', 1)`,
    );
    await other.commit();
    await expect(paused).rejects.toThrow('There is no job "report"');
    expect(await store.jobs.get('report')).toMatchObject({ name: 'new', paused: false });
  });
});

describe('a run asked for while another waits for its retry', () => {
  it('counts that one if it is claimed in this moment', async () => {
    const node = await aNodeAtWork(store);
    const { runId } = await aRunningRun(store, node, 'report');
    const runAt = later(await clockOf(store), minutes(1));
    await store.amend(runId, { state: 'pending', attempt: 1, runAt });
    await other.begin(`UPDATE runs SET state = 'running', queued = false, attempt = 2`);
    const asked = store.jobs.runNow('report');
    asked.catch(() => undefined);
    await other.someoneWaits();
    await other.commit();
    await expect(asked).rejects.toThrow('is still running');
    expect((await run(store, runId)).state).toBe('running');
  });
});
