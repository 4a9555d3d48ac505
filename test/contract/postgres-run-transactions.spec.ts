import { randomUUID } from 'node:crypto';
import { DataSource, EntitySchema } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/tasks/engine/system-clock.js';
import { ClockShift } from '../../src/tasks/store/postgres/database-time.js';
import { report as reportOf } from '../../src/tasks/store/postgres/runs/report.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import { runOf, selectRuns } from '../../src/tasks/store/postgres/runs/read-run.js';
import { PostgresRunTransactions } from '../../src/tasks/store/postgres/transactions/run-transactions.js';
import { A_POLICY, attachedRunner } from '../support/attached-runner.js';
import { aClaim } from '../support/builders.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { Relay } from '../support/relay.js';
import { until } from '../support/until.js';

const orders = new EntitySchema<{ name: string }>({
  name: 'Order',
  tableName: 'orders',
  columns: { name: { type: String, primary: true } },
});

const NODE = randomUUID();
const DEAD_AFTER_MS = 4_000;
/** Far less than a connection whose packets vanish is waited for by anybody else. */
const AT_ONCE_MS = 3_000;
const schema = new SchemaName('carillon');

let database: TestDatabase;
let host: DataSource;
let transactions: PostgresRunTransactions;
let runId: string;

const hostOf = (url: string) =>
  new DataSource({ type: 'postgres', url, entities: [orders] }).initialize();

const transactionsOf = (dataSource: DataSource) =>
  new PostgresRunTransactions(
    () => dataSource,
    { query: async (sql, parameters) => (await database.query(sql, parameters)) as never },
    { schema, shift: new ClockShift(), nodeId: NODE, deadAfterMs: DEAD_AFTER_MS },
    new SystemClock(),
  );

beforeAll(async () => {
  database = await createTestDatabase();
  host = await hostOf(database.url);
  await host.synchronize();
  transactions = transactionsOf(host);
});
afterAll(async () => {
  await host.destroy();
  await database.drop();
});
beforeEach(async () => {
  await database.query('TRUNCATE orders');
  const [row] = await database.query<{ id: string }>(
    `INSERT INTO carillon.runs
       (job_id, task, fire_at, run_at, cause, state, queued, priority, created_at, attempt, node_id,
        started_at)
     VALUES ('import', 'import', now(), now(), 'manual', 'running', false, 0, now(), 1, $1, now())
     RETURNING id`,
    [NODE],
  );
  runId = row!.id;
});

const save = (name: string) => host.getRepository(orders).insert({ name });
const names = async () =>
  (await database.query<{ name: string }>('SELECT name FROM orders ORDER BY name')).map(
    ({ name }) => name,
  );
const state = async () => {
  const sql = 'SELECT state FROM carillon.runs WHERE id = $1';
  return (await database.query<{ state: string }>(sql, [runId]))[0]?.state;
};

describe('the transaction of a run', () => {
  it.each(['COMMIT', ' rollback', 'END', 'ABORT', 'ROLLBACK AND CHAIN', "PREPARE TRANSACTION 'x'"])(
    'is not ended by %s',
    async (sql) => {
      const ending = transactions.run(aClaim(runId), async () => {
        await save('a');
        await host.query(sql);
      });
      await expect(ending).rejects.toThrow('This would end the transaction of the run');
      expect([await names(), await state()]).toEqual([[], 'running']);
    },
  );

  it.each([
    'SELECT 1; COMMIT',
    '/* hidden */ COMMIT',
    '-- hidden\nROLLBACK',
    'SELECT 1; COMMIT; BEGIN',
  ])('fails the run, and says why, when it was ended by %s', async (sql) => {
    const ending = transactions.run(aClaim(runId), async () => {
      await save('a');
      await host.query(sql);
      await save('b');
    });
    await expect(ending).rejects.toThrow(/was ended by a COMMIT or ROLLBACK .+ Let the handler/s);
    expect(await state()).toBe('running');
    await expect(host.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });

  it('may be set up, and rolled back in part, in SQL', async () => {
    await transactions.run(aClaim(runId), async () => {
      await host.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
      await save('a');
      await host.query('SAVEPOINT part');
      await save('b');
      await host.query('ROLLBACK TO SAVEPOINT part');
      const [{ level }] = await host.query<[{ level: string }]>(
        `SELECT current_setting('transaction_isolation') AS level`,
      );
      expect(level).toBe('serializable');
    });
    expect([await names(), await state()]).toEqual([['a'], 'succeeded']);
  });

  it('asks the server to notice a host that is gone, for as long as it goes on', async () => {
    const asked = `SELECT current_setting('client_connection_check_interval') AS often`;
    const often = async () => (await host.query<[{ often: string }]>(asked))[0].often;
    await transactions.run(aClaim(runId), async () => {
      expect(await often()).toBe('1s');
    });
    expect(await often()).toBe('0');
  });
});

describe('subscribers of the host', () => {
  let heard: string[][] = [];

  beforeAll(() => {
    const hears = async () => {
      heard.push(await names());
    };
    host.subscribers.push({ afterTransactionCommit: hears });
  });
  beforeEach(() => {
    heard = [];
  });

  it('hear of no commit when a run throws that had a transaction of its own', async () => {
    const failing = transactions.run(aClaim(runId), async () => {
      await host.transaction((manager) => manager.insert(orders, { name: 'a' }));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(heard).toEqual([]);
  });

  it('hear of the commit of the run once, when all of it is there', async () => {
    await transactions.run(aClaim(runId), async () => {
      await host.transaction((manager) => manager.insert(orders, { name: 'a' }));
      await host.transaction((manager) => manager.insert(orders, { name: 'b' }));
      await save('c');
    });
    expect(heard).toEqual([['a', 'b', 'c']]);
    await host.transaction((manager) => manager.insert(orders, { name: 'd' }));
    expect(heard).toHaveLength(2);
  });
});

describe('a run that nobody waits for any more', () => {
  let relay: Relay;
  let cut: DataSource;

  beforeEach(async () => {
    await save('a');
    relay = await Relay.to(database.url);
    cut = await hostOf(relay.url);
    return async () => {
      await cut.destroy();
      await relay.close();
    };
  });

  const lockRow = (from: DataSource) => from.query(`UPDATE orders SET name = 'a'`);
  /** Resolves when the row is free, with how many ms that took. */
  const rowIsFree = async () => {
    const askedAt = performance.now();
    await database.query(`UPDATE orders SET name = 'a'`);
    return performance.now() - askedAt;
  };

  it('frees its rows and its slot where its packets vanish', async () => {
    let isStuck = false;
    const attached = attachedRunner(
      async () => {
        await lockRow(cut);
        relay.vanish();
        isStuck = true;
        await cut.query('SELECT 1');
      },
      { transactions: transactionsOf(cut) },
    );
    await attached.start({ runId, policy: { ...A_POLICY, transactional: true } });
    await until('the black hole', () => isStuck);
    attached.runner.handle({ type: 'abort', claim: aClaim(runId), reason: { type: 'claim-lost' } });
    await attached.clock.advance(1_000);
    expect(await rowIsFree()).toBeLessThan(AT_ONCE_MS);
    await until('the outcome', () => attached.outcomes().length > 0, AT_ONCE_MS);
    expect(attached.free()).toMatchObject({ free: 3 });
  });

  it.each([
    ['its time is over', { timeoutMs: 1_000 }, 'timed-out'],
    ['it was cancelled', { timeoutMs: null }, 'cancelled'],
  ] as const)('is ended in its database when %s and it goes on', async (_when, limit, ending) => {
    let isStuck = false;
    const attached = attachedRunner(
      async () => {
        await lockRow(cut);
        isStuck = true;
        await cut.query('SELECT pg_sleep(60)');
      },
      { transactions: transactionsOf(cut) },
    );
    await attached.start({ runId, policy: { ...A_POLICY, ...limit, transactional: true } });
    await until('the lock', () => isStuck);
    if (ending === 'cancelled') {
      const reason = { type: 'cancelled', why: 'enough' } as const;
      attached.runner.handle({ type: 'abort', claim: aClaim(runId), reason });
    }
    await attached.clock.advance(2_000);
    expect(attached.outcomes()).toMatchObject([{ state: ending }]);
    expect(await rowIsFree()).toBeLessThan(AT_ONCE_MS);
    await until('the slot', () => {
      const told = attached.free();
      return told?.type === 'slots' && told.free === 3;
    });
  });

  it('does not wait for a connection of a pool that gives none', async () => {
    const single = await new DataSource({
      type: 'postgres',
      url: database.url,
      poolSize: 1,
    }).initialize();
    const taken = single.createQueryRunner();
    const over = new AbortController();
    const own = transactionsOf(single);
    await own.check();
    await taken.connect();
    const waiting = own.run(aClaim(runId), () => Promise.resolve(), over.signal);
    over.abort(new Error('too late'));
    await expect(waiting).rejects.toThrow('too late');
    await taken.release();
    // The connection that it was given in the end is not kept from others.
    await expect(single.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
    await single.destroy();
  });
});

describe.each(['REPEATABLE READ', 'SERIALIZABLE'] as const)('a host that works at %s', (level) => {
  let strict: DataSource;
  let own: PostgresRunTransactions;

  beforeEach(async () => {
    const options = { type: 'postgres' as const, url: database.url, entities: [orders] };
    strict = await new DataSource({ ...options, isolationLevel: level }).initialize();
    own = transactionsOf(strict);
    return () => strict.destroy();
  });

  const insert = () => strict.getRepository(orders).insert({ name: 'a' });
  const report = async (percent: number) => {
    await database.query(reportOf(schema).text, [
      NODE,
      [],
      [],
      [],
      [],
      [],
      [runId],
      [1],
      [JSON.stringify({ percent, note: null })],
    ]);
  };

  it('has runs succeed that report their progress', async () => {
    await own.run(aClaim(runId), async () => {
      await insert();
      await report(10);
      await report(20);
    });
    expect([await names(), await state()]).toEqual([['a'], 'succeeded']);
    const [row] = await database.query<{ run: string }>(selectRuns(schema, 'r.id = $1'), [runId]);
    expect(runOf(row!.run).progress).toEqual({ percent: 20, note: null });
  });

  it('has runs cancelled that were cancelled in the last moment', async () => {
    const attached = attachedRunner(
      async () => {
        await insert();
        await database.query(
          `UPDATE carillon.runs SET cancel_requested_at = now(), cancel_reason = 'enough'
           WHERE id = $1`,
          [runId],
        );
      },
      { transactions: own },
    );
    await attached.start({ runId, policy: { ...A_POLICY, transactional: true } });
    await until('the outcome', () => attached.outcomes().length > 0);
    expect(attached.outcomes()).toMatchObject([
      { state: 'cancelled', error: { message: 'The run was cancelled: enough.' } },
    ]);
    expect(await names()).toEqual([]);
  });

  it('has runs lost that were settled meanwhile', async () => {
    const isDone = await own.run(aClaim(runId), async () => {
      await insert();
      await database.query(`UPDATE carillon.runs SET state = 'abandoned' WHERE id = $1`, [runId]);
    });
    expect([isDone, await names(), await state()]).toEqual([false, [], 'abandoned']);
  });
});
