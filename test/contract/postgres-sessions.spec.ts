import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WAKE_UPS } from '../../src/tasks/store/wake-ups.js';
import { dueSoon, minutes } from '../support/builders.js';
import { until } from '../support/until.js';
import { neighbourOf, postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aDueJobIn, aNodeAtWork, lead, planDue } from './scenes.js';
import type { TestNode } from './test-store.js';

/** What only PostgreSQL has: connections that break, columns nobody reads, neighbours. */

const makeStore = postgresStores();
let store: PostgresTestStore;
let north: TestNode;
let token: number;

beforeEach(async () => {
  store = await makeStore();
  north = await aNodeAtWork(store, 'north');
  token = await lead(north);
});
afterEach(() => store.close());

describe('a broken connection', () => {
  const cutOff = (purpose: string) =>
    store.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(application_name, $1)`,
      [`${store.schema.name}:${purpose}`],
    );

  it('of the leader’s session wakes its followers, and it is not told of the hint any more', async () => {
    const south = store.node('south');
    await north.lock.renew({ fencingToken: token, hinted: true });
    const ended = south.lock.watch(token, 4_000);
    await until('the watch', async () => {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'`;
      return (await store.query(sql)).length > 0;
    });
    await cutOff(`lock:${north.id}`);
    expect(await ended).toBe(true);
    await until('the next renewal', () =>
      north.lock.renew({ fencingToken: token, hinted: true }).catch(() => false),
    );
    expect((await south.lock.read()).hinted).toBe(false);
  });

  it('of the listener is opened again, and everything counts as heard', async () => {
    let heard: string[] = [];
    north.wakeUps.listen((wakeUp) => heard.push(wakeUp));
    await until('the first wake-ups', () => heard.length === WAKE_UPS.length);
    heard = [];
    await cutOff('listen');
    await until('the wake-ups after the break', () => heard.length === WAKE_UPS.length);
    expect(heard.toSorted()).toEqual([...WAKE_UPS].sort());
    heard = [];
    await store.jobs.add(dueSoon('report'), 'api');
    await until('the change', () => heard.includes('jobs'));
  });

  it('of the pool costs one statement at most', async () => {
    await cutOff('engine');
    await north.roster.beat().catch(() => undefined);
    await expect(north.roster.beat()).resolves.toMatchObject({ running: [] });
  });
});

describe('the rows', () => {
  it('of a fire say what is queued, and no range row is', async () => {
    await aDueJobIn(store, 'report', { coalesce: 'all', maxInstances: 1 });
    store.advance(minutes(1));
    const [fire] = await planDue(store, north);
    const range = {
      reason: 'limit',
      from: fire!.job.nextFireAt,
      to: fire!.job.nextFireAt,
    } as const;
    const plan = {
      ...fire!.plan,
      candidates: fire!.plan.candidates.slice(1),
      ranges: [{ ...range, count: 1 }],
    };
    await north.fires.fire(token, 0, [{ job: fire!.job, plan }]);
    const rows = await store.query(
      `SELECT state, reason, queued, held, handler_alive, covers_count,
              fire_at = covers_to AS at_the_end, covers_from = covers_to AS of_one
       FROM ${store.schema.quoted}.runs ORDER BY fire_at`,
    );
    const common = { held: null, handler_alive: false };
    expect(rows).toEqual([
      {
        ...common,
        state: 'skipped',
        reason: 'limit',
        queued: false,
        covers_count: 1,
        at_the_end: true,
        of_one: true,
      },
      {
        ...common,
        state: 'pending',
        reason: null,
        queued: true,
        covers_count: null,
        at_the_end: null,
        of_one: null,
      },
    ]);
  });

  it('keep two schedulers in one database apart', async () => {
    const neighbour = await neighbourOf(store);
    try {
      await aDueJobIn(store, 'report');
      expect(await neighbour.jobs.get('report')).toBeNull();
      const theirs = neighbour.node('theirs');
      expect(await theirs.lock.takeOver(0, false)).toEqual({ fencingToken: 1, hinted: true });
      const heard: string[] = [];
      theirs.wakeUps.listen((wakeUp) => heard.push(wakeUp));
      await until('the first wake-ups', () => heard.length === WAKE_UPS.length);
      await store.jobs.add(dueSoon('another'), 'api');
      await neighbour.jobs.add(dueSoon('of-theirs'), 'api');
      await until('their own change', () => heard.length > WAKE_UPS.length);
      expect(heard.slice(WAKE_UPS.length)).toEqual(['jobs']);
    } finally {
      await neighbour.close();
    }
  });
});
