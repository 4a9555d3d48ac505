import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/tasks/engine/system-clock.js';
import { ClockShift } from '../../src/tasks/store/postgres/database-time.js';
import { postgresEngineStore } from '../../src/tasks/store/postgres/engine-store.js';
import { markTransaction } from '../../src/tasks/store/postgres/transactions/run-mark.js';
import { aClaim } from '../support/builders.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { DEAD_AFTER_MS, LEASE_MS, ORPHAN_AFTER_MS, RETENTION_DAYS } from './test-store.js';
import { recordedLog } from '../support/recorded-log.js';

const makeStore = postgresStores();
const SOUTH = randomUUID();
const TOKEN = 7;
/** Far more than one of them takes. */
const LARGE_ID = (2n ** 40n + 2n ** 31n + 5n).toString();

let store: PostgresTestStore;
let hosts: pg.Client[];
let ours: ReturnType<typeof engineOf>;

function engineOf(url: string) {
  const access = { url, keepsSession: true };
  return postgresEngineStore({
    schema: store.schema,
    node: {
      id: randomUUID(),
      name: 'north',
      version: '',
      schemaVersion: 0,
      roles: [],
      tasks: {},
      jobs: {},
    },
    pooled: access,
    direct: access,
    poolSize: 2,
    leaseMs: LEASE_MS,
    deadAfterMs: DEAD_AFTER_MS,
    orphanAfterMs: ORPHAN_AFTER_MS,
    retentionDays: RETENTION_DAYS,
    hint: false,
    shift: new ClockShift(),
    clock: new SystemClock(),
    log: recordedLog(),
  });
}

beforeEach(async () => {
  store = await makeStore();
  hosts = [];
  ours = engineOf(store.url);
  await store.query(`UPDATE carillon.leader_lock SET fencing_token = $1`, [TOKEN]);
  await store.query(
    `INSERT INTO carillon.nodes (id, name, version, schema_version, roles, tasks, started_at, heartbeat_at)
     VALUES ($1, 'south', '', 1, '{}', '{}', now(), now() - interval '3 seconds')`,
    [SOUTH],
  );
  await aRun('1');
});
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.end()));
  await ours.close();
  await store.close();
});

async function aRun(id: string): Promise<void> {
  await store.query(
    `INSERT INTO carillon.runs
       (id, job_id, task, fire_at, run_at, cause, state, queued, priority, created_at, attempt, node_id)
     OVERRIDING SYSTEM VALUE
     VALUES ($1, 'import', 'import', now(), now(), 'manual', 'running', false, 0, now(), 1, $2)`,
    [id, SOUTH],
  );
}

/** A transaction of the run on a connection of the host, which is open. */
async function begun(runId = '1', attempt = 1, url = store.url): Promise<pg.Client> {
  const host = new pg.Client({ connectionString: url });
  host.on('error', () => undefined);
  hosts.push(host);
  await host.connect();
  await host.query('BEGIN');
  const sql = {
    query: async (text: string, values?: unknown[]) =>
      (await host.query(text, values)).rows as never,
  };
  await markTransaction(sql, store.schema, aClaim(runId, attempt), DEAD_AFTER_MS);
  return host;
}

const seen = async () => (await ours.transactions!.see()).all;

describe('the transactions of runs', () => {
  it('are seen with their claim and the silence of its node, as long as they go on', async () => {
    const host = await begun();
    const [pid] = (await host.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
    const [one, ...more] = await seen();
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      ...pid,
      ...aClaim('1'),
      inForce: true,
      isOwn: false,
      nodeId: SOUTH,
      isGone: false,
    });
    expect(one!.silentMs).toBeGreaterThan(2_900);
    await host.query('SAVEPOINT part');
    await host.query('ROLLBACK TO SAVEPOINT part');
    expect(await seen()).toHaveLength(1);
    await host.query('ROLLBACK');
    expect(await seen()).toEqual([]);
  });

  it('are told apart by attempts, and found by ids of any size', async () => {
    await aRun(LARGE_ID);
    await begun(LARGE_ID, 1);
    await begun(LARGE_ID, 2);
    expect((await seen()).map(({ runId, attempt, inForce }) => [runId, attempt, inForce])).toEqual(
      expect.arrayContaining([
        [LARGE_ID, 1, true],
        [LARGE_ID, 2, false],
      ]),
    );
  });

  it.each([
    ['has been settled', `state = 'abandoned'`, false],
    ['has run out of time', `state = 'timed-out'`, false],
    ['waits for another attempt', `state = 'pending', queued = true, node_id = NULL`, false],
    ['has just succeeded', `state = 'succeeded'`, true],
  ])('are in force or not when the run %s', async (_how, change, inForce) => {
    await begun();
    await store.query(`UPDATE carillon.runs SET ${change} WHERE id = 1`);
    expect(await seen()).toMatchObject([{ inForce }]);
  });

  it('are those of a node that has gone', async () => {
    await begun();
    await store.query('UPDATE carillon.nodes SET stopped_at = now()');
    expect(await seen()).toMatchObject([{ inForce: true, isGone: true }]);
    await store.query('DELETE FROM carillon.nodes');
    expect(await seen()).toMatchObject([{ inForce: true, isGone: true }]);
  });

  it('are not made of what a host locks itself', async () => {
    const host = await begun();
    await host.query('SELECT pg_advisory_xact_lock(42), pg_advisory_xact_lock(1, 1)');
    expect(await seen()).toMatchObject([aClaim('1')]);
  });

  it('end with all that they hold', async () => {
    const host = await begun();
    await host.query('UPDATE carillon.runs SET priority = 9 WHERE id = 1');
    expect(await ours.transactions!.end(TOKEN, await seen())).toMatchObject([
      { ...aClaim('1'), ended: true },
    ]);
    await store.query('UPDATE carillon.runs SET priority = 1 WHERE id = 1');
    await expect(host.query('SELECT 1')).rejects.toThrow();
  });

  it('are ended by the leader only', async () => {
    const host = await begun();
    expect(await ours.transactions!.end(TOKEN - 1, await seen())).toBeNull();
    await host.query('SELECT 1');
  });

  it('are left alone when their process works for another run by now', async () => {
    const host = await begun();
    const before = await seen();
    await host.query('ROLLBACK; BEGIN');
    expect(await ours.transactions!.end(TOKEN, before)).toEqual([]);
    await host.query('SELECT 1');
  });

  it('are told of when our role may not end them, and ended once it may', async () => {
    const role = `visitor_${randomUUID().slice(0, 8)}`;
    await store.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await store.query(`GRANT USAGE ON SCHEMA carillon TO ${role}`);
    await store.query(`GRANT ALL ON ALL TABLES IN SCHEMA carillon TO ${role}`);
    const host = `host_${role}`;
    await store.query(`CREATE ROLE ${host} LOGIN PASSWORD 'x'`);
    const urlOf = (name: string) =>
      Object.assign(new URL(store.url), { username: name, password: 'x' }).href;
    const theirs = engineOf(urlOf(role));
    try {
      await begun('1', 1, urlOf(host));
      const left = (await theirs.transactions!.see()).all;
      const refused = { ended: false, owner: host, role };
      expect(await theirs.transactions!.end(TOKEN, left)).toMatchObject([refused]);
      await store.query(`GRANT pg_signal_backend TO ${role}`);
      expect(await theirs.transactions!.end(TOKEN, left)).toMatchObject([{ ended: true }]);
    } finally {
      await theirs.close();
      await store.query(`DROP OWNED BY ${role}, ${host}`);
      await store.query(`DROP ROLE ${role}, ${host}`);
    }
  });
});
