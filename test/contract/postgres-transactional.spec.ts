import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { DataSource, EntitySchema, type Repository } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/tasks/engine/system-clock.js';
import { ClockShift } from '../../src/tasks/store/postgres/database-time.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import { finishInTransaction } from '../../src/tasks/store/postgres/transactions/finish-in-transaction.js';
import { markTransaction } from '../../src/tasks/store/postgres/transactions/run-mark.js';
import { PostgresRunTransactions } from '../../src/tasks/store/postgres/transactions/run-transactions.js';
import { A_POLICY, attachedRunner, leaving } from '../support/attached-runner.js';
import { aClaim } from '../support/builders.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

interface Order {
  id?: number;
  name: string;
}

const orders = new EntitySchema<Order>({
  name: 'Order',
  tableName: 'orders',
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, unique: true },
  },
});

const NODE = randomUUID();
const DEAD_AFTER_MS = 2_000;
const schema = new SchemaName('carillon');

let database: TestDatabase;
let host: DataSource;
/** As a service of the host has it injected. */
let repository: Repository<Order>;
let transactions: PostgresRunTransactions;
let runId: string;

const hostOf = (url: string, poolSize = 5) =>
  new DataSource({ type: 'postgres', url, entities: [orders], poolSize });

const transactionsOf = (dataSource: DataSource) =>
  new PostgresRunTransactions(
    () => dataSource,
    { query: async (sql, parameters) => (await database.query(sql, parameters)) as never },
    { schema, shift: new ClockShift(), nodeId: NODE, deadAfterMs: DEAD_AFTER_MS },
    new SystemClock(),
  );

beforeAll(async () => {
  database = await createTestDatabase();
  host = await hostOf(database.url).initialize();
  await host.synchronize();
  repository = host.getRepository(orders);
  transactions = transactionsOf(host);
});

afterAll(async () => {
  await host.destroy();
  await database.drop();
});

beforeEach(async () => {
  await database.query('TRUNCATE orders');
  runId = await aRun();
});

async function aRun(): Promise<string> {
  const [row] = await database.query<{ id: string }>(
    `INSERT INTO carillon.runs
       (job_id, task, fire_at, run_at, cause, state, queued, priority, created_at, attempt, node_id,
        started_at)
     VALUES ('import', 'import', now(), now(), 'manual', 'running', false, 0, now(), 1, $1, now())
     RETURNING id`,
    [NODE],
  );
  return row?.id ?? '';
}

const names = async () =>
  (await database.query<{ name: string }>('SELECT name FROM orders ORDER BY name')).map(
    ({ name }) => name,
  );

const run = async (id = runId) => {
  const sql = 'SELECT state, result, finished_at FROM carillon.runs WHERE id = $1';
  const [row] = await database.query<{ state: string; result: unknown }>(sql, [id]);
  return row;
};

const settle = () =>
  database.query(`UPDATE carillon.runs SET state = 'abandoned' WHERE id = $1`, [runId]);

/** A service that knows nothing of runs. */
const service = {
  save: (name: string) => repository.save({ name }),
  nested: (name: string) =>
    host.transaction(async (manager) => {
      await manager.save(orders, { name });
      return manager.count(orders);
    }),
};

/** All the ways by which host code writes. */
const ways: Record<string, (name: string) => Promise<unknown>> = {
  'a repository that was injected': (name) => service.save(name),
  'a repository that it asks for': (name) => host.getRepository(orders).insert({ name }),
  'the entity manager': (name) => host.manager.save(orders, { name }),
  'the entity manager of the context': (name) => transactions.manager().insert(orders, { name }),
  'a query': (name) => host.query('INSERT INTO orders (name) VALUES ($1)', [name]),
  'a query of the manager': (name) =>
    host.manager.query('INSERT INTO orders (name) VALUES ($1)', [name]),
  'a query builder': (name) =>
    host.createQueryBuilder().insert().into(orders).values({ name }).execute(),
  'a query builder of a repository': (name) =>
    repository.createQueryBuilder().insert().values({ name }).execute(),
  'a transaction': (name) => service.nested(name),
  'a transaction of a repository': (name) =>
    repository.manager.transaction((manager) => manager.getRepository(orders).save({ name })),
  'a hand-made query runner': async (name) => {
    const runner = host.createQueryRunner();
    await runner.connect();
    await runner.startTransaction();
    try {
      await runner.manager.save(orders, { name });
      await runner.commitTransaction();
    } finally {
      await runner.release();
    }
  },
};

describe.each(Object.entries(ways))('what a transactional run writes by %s', (_title, write) => {
  it('is there together with its success', async () => {
    let seen: unknown;
    const isDone = await transactions.run(aClaim(runId), async () => {
      await write('a');
      seen = [await names(), await repository.countBy({ name: 'a' })];
      return { rows: 1 };
    });
    expect(isDone).toBe(true);
    // Nobody else has seen it before, and the run itself has.
    expect(seen).toEqual([[], 1]);
    expect(await names()).toEqual(['a']);
    expect(await run()).toMatchObject({ state: 'succeeded', result: { rows: 1 } });
    expect((await run())?.['finished_at' as never]).not.toBeNull();
  });

  it('is not there when the handler throws after it', async () => {
    const failing = transactions.run(aClaim(runId), async () => {
      await write('a');
      throw new RangeError('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    expect(await names()).toEqual([]);
    expect(await run()).toMatchObject({ state: 'running' });
  });

  it('is not there when the run was given up meanwhile', async () => {
    const isDone = await transactions.run(aClaim(runId), async () => {
      await write('a');
      await settle();
    });
    expect(isDone).toBe(false);
    expect(await names()).toEqual([]);
    expect(await run()).toMatchObject({ state: 'abandoned' });
  });
});

describe('a transactional run', () => {
  it('is kept apart from others that go on at once', async () => {
    const other = await aRun();
    const both = [runId, other].map((id, n) =>
      transactions.run(aClaim(id), async () => {
        await service.save(`run ${n}`);
        await setTimeout(50);
        const seen = await repository.find();
        if (n === 1) throw new Error('no');
        return seen.map(({ name }) => name);
      }),
    );
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
    ]);
    expect((await run())?.result).toEqual(['run 0']);
    expect(await names()).toEqual(['run 0']);
  });

  it('leaves alone what happens outside of it', async () => {
    let begun: () => void = () => undefined;
    const isGoing = new Promise<void>((resolve) => (begun = resolve));
    let goOn: () => void = () => undefined;
    const wait = new Promise<void>((resolve) => (goOn = resolve));
    const failing = transactions.run(aClaim(runId), async () => {
      await service.save('inside');
      begun();
      await wait;
      throw new Error('no');
    });
    await isGoing;
    await service.save('outside');
    expect(await names()).toEqual(['outside']);
    goOn();
    await expect(failing).rejects.toThrow('no');
    expect(await names()).toEqual(['outside']);
  });

  it('gives its repositories to nobody else', async () => {
    const fresh = await hostOf(database.url).initialize();
    const own = transactionsOf(fresh);
    // The first to ask for the repository: TypeORM keeps what it makes for it.
    await own.run(aClaim(runId), () => fresh.getRepository(orders).save({ name: 'a' }));
    await fresh.getRepository(orders).save({ name: 'b' });
    expect(await names()).toEqual(['a', 'b']);
    await fresh.destroy();
  });

  it('can go on after a part that failed in a transaction of its own', async () => {
    await service.save('taken');
    await transactions.run(aClaim(runId), async () => {
      await service.save('a');
      await service.nested('taken').catch(() => undefined);
      await service.save('b');
    });
    expect(await names()).toEqual(['a', 'b', 'taken']);
  });

  it('says what broke it when the handler swallows the error of a statement', async () => {
    await service.save('taken');
    const broken = transactions.run(aClaim(runId), async () => {
      await service.save('a');
      await service.save('taken').catch(() => undefined);
    });
    await expect(broken).rejects.toThrow('A statement of the handler failed, which broke its');
    expect(await names()).toEqual(['taken']);
    expect(await run()).toMatchObject({ state: 'running' });
  });

  it('lets nothing through that goes on after the handler has failed', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const failing = transactions.run(aClaim(runId), async () => {
      late = setTimeout(50).then(() => service.save('late'));
      late.catch(() => undefined);
      await service.save('a');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await expect(late).rejects.toThrow('The run that this belongs to has ended');
    expect(await names()).toEqual([]);
  });

  it('takes along what is on its way when the handler ends', async () => {
    const slow = await hostOf(database.url).initialize();
    // It would reach the connection only after the end of the transaction.
    slow.subscribers.push({
      beforeQuery: ({ query }) => (query.includes('slow') ? setTimeout(50) : undefined),
    });
    const own = transactionsOf(slow);
    const writing = () => void slow.query(`INSERT INTO orders (name) VALUES ('slow')`);
    const failing = own.run(aClaim(runId), async () => {
      writing();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await setTimeout(100);
    expect(await names()).toEqual([]);
    await own.run(aClaim(runId), async () => writing());
    expect(await names()).toEqual(['slow']);
    await slow.destroy();
  });

  it('cannot be ended from within', async () => {
    const ending = transactions.run(aClaim(runId), async () => {
      await service.save('a');
      await host.createQueryRunner().commitTransaction();
    });
    await expect(ending).rejects.toThrow('This would end the transaction of the run');
    expect(await names()).toEqual([]);
  });

  it('commits what the handler has left open', async () => {
    await transactions.run(aClaim(runId), async () => {
      const runner = host.createQueryRunner();
      await runner.startTransaction();
      await runner.manager.save(orders, { name: 'a' });
    });
    expect(await names()).toEqual(['a']);
    await expect(run()).resolves.toMatchObject({ state: 'succeeded' });
  });

  it('fails as a whole when the database refuses the commit', async () => {
    await host.query(
      `CREATE TABLE lines
         (of_order int REFERENCES orders DEFERRABLE INITIALLY DEFERRED)`,
    );
    const single = await hostOf(database.url, 1).initialize();
    const refused = transactionsOf(single).run(aClaim(runId), async () => {
      await single.query('INSERT INTO lines VALUES (-1)');
    });
    await expect(refused).rejects.toThrow('foreign key');
    expect(await run()).toMatchObject({ state: 'running' });
    await single.destroy();
    await host.query('DROP TABLE lines');
  });

  it('is asked after when its commit is not answered', async () => {
    const cut = await hostOf(database.url).initialize();
    const own = transactionsOf(cut);
    await own.check();
    const original = Reflect.get(pg.Client.prototype, 'query') as (...call: unknown[]) => unknown;
    let lost = 0;
    // The server commits, and the connection breaks before the answer is there.
    pg.Client.prototype.query = function (this: pg.Client, ...call: unknown[]) {
      const answer: unknown = Reflect.apply(original, this, call);
      if (call[0] !== 'COMMIT') return answer;
      lost += 1;
      return (answer as Promise<unknown>).then(() => {
        throw new Error('Connection terminated unexpectedly');
      });
    } as never;
    try {
      const isDone = await own.run(aClaim(runId), () =>
        cut.getRepository(orders).save({ name: 'a' }),
      );
      expect([isDone, lost]).toEqual([true, 1]);
    } finally {
      pg.Client.prototype.query = original as never;
    }
    expect(await names()).toEqual(['a']);
    expect(await run()).toMatchObject({ state: 'succeeded' });
    await cut.destroy();
  });

  it('leaves neither when its connection breaks', async () => {
    const cut = await hostOf(database.url).initialize();
    const broken = transactionsOf(cut).run(aClaim(runId), async () => {
      await cut.getRepository(orders).save({ name: 'a' });
      const [{ pid }] = await cut.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
    });
    await expect(broken).rejects.toThrow();
    expect(await names()).toEqual([]);
    expect(await run()).toMatchObject({ state: 'running' });
    await expect(cut.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
    await cut.destroy();
  });

  it('locks the run from its success to its commit', async () => {
    const writer = host.createQueryRunner();
    await writer.startTransaction();
    const finisher = { schema, shift: new ClockShift(), nodeId: NODE, deadAfterMs: DEAD_AFTER_MS };
    const mark = await markTransaction(writer, schema, aClaim(runId), DEAD_AFTER_MS);
    await finishInTransaction(writer, finisher, aClaim(runId), null, mark);
    let settled = false;
    const settling = database
      .query(
        `UPDATE carillon.runs SET state = 'abandoned' WHERE id = $1 AND state = 'running' RETURNING 1`,
        [runId],
      )
      .then((rows) => {
        settled = true;
        return rows;
      });
    await setTimeout(100);
    expect(settled).toBe(false);
    await writer.commitTransaction();
    await writer.release();
    expect(await settling).toEqual([]);
  });

  it('does not keep what it wrote when its time was over before it returned', async () => {
    let isSaved = false;
    const { runner, start, outcomes } = attachedRunner(
      async (payload, context) => {
        await service.save('a');
        isSaved = true;
        return leaving(payload, context);
      },
      { transactions },
    );
    await start({ runId, policy: { ...A_POLICY, transactional: true } });
    await until('the write', () => isSaved);
    const cancelled = { type: 'cancelled', why: 'enough' } as const;
    runner.handle({ type: 'abort', claim: aClaim(runId), reason: cancelled });
    await until('the outcome', () => outcomes().length > 0);
    expect(outcomes()).toMatchObject([{ state: 'cancelled', error: { name: 'CancelledError' } }]);
    expect(await names()).toEqual([]);
    expect(await run()).toMatchObject({ state: 'running' });
  });

  it('has its outcome told to the ledger like any other', async () => {
    const { start, outcomes } = attachedRunner(
      async (_payload, context) => {
        await context.repository(orders).save({ name: 'a' });
        return { token: 'abc', rows: 1 };
      },
      { transactions, manager: () => transactions.manager() },
    );
    await start({ runId, policy: { ...A_POLICY, transactional: true } });
    await until('the outcome', () => outcomes().length > 0);
    const result = { token: '[redacted]', rows: 1 };
    expect(outcomes()).toEqual([{ ...aClaim(runId), state: 'succeeded', result }]);
    expect(await run()).toMatchObject({ state: 'succeeded', result });
  });
});

describe('a host whose database does not fit', () => {
  it('is told so when it is another one', async () => {
    const other = await createEmptyDatabase();
    const foreign = await hostOf(other.url).initialize();
    await expect(transactionsOf(foreign).check()).rejects.toThrow(
      /do not use the same database\. Give TasksModule the option "dataSource"/,
    );
    await foreign.destroy();
    await other.drop();
  });

  it('is told so when it may not write to our tables', async () => {
    await database.query(`DROP ROLE IF EXISTS visitor`);
    await database.query(`CREATE ROLE visitor LOGIN PASSWORD 'visitor'`);
    const url = new URL(database.url);
    url.username = 'visitor';
    url.password = 'visitor';
    const visiting = await hostOf(url.href).initialize();
    await expect(transactionsOf(visiting).check()).rejects.toThrow(
      /GRANT USAGE ON SCHEMA "carillon" and SELECT, UPDATE ON "carillon"\.runs/,
    );
    await database.query(`GRANT USAGE ON SCHEMA carillon TO visitor`);
    await database.query(`GRANT SELECT, UPDATE ON carillon.runs TO visitor`);
    const welcome = transactionsOf(visiting);
    await expect(welcome.run(aClaim(runId), () => visiting.query('SELECT 1'))).resolves.toBe(true);
    await visiting.destroy();
    await database.query(`DROP OWNED BY visitor`);
    await database.query(`DROP ROLE visitor`);
  });

  it('is told so when it is not connected', async () => {
    await expect(transactionsOf(hostOf(database.url)).check()).rejects.toThrow('is not connected');
  });
});
