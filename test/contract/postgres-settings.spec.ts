import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import pg from 'pg';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  it,
  vi,
} from 'vitest';
import { NodeStatus, Task, TasksModule, TasksService } from '../../src/tasks/index.js';
import { probeServer } from '../../src/tasks/store/postgres/session/probe-server.js';
import { sessionStart } from '../../src/tasks/store/postgres/session/session-settings.js';
import { SCHEMA_VERSION } from '../../src/tasks/store/postgres/migrations/index.js';
import { migrate } from '../../src/tasks/store/postgres/migrate.js';
import { migrationsDataSource } from '../../src/tasks/store/postgres/data-source.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

/** What a role, a database or a URL may say, and what holds in our sessions all the same. */

const ROLE = 'carillon_tenant';
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** The URL of a database for another role than the superuser. */
function as(role: string, url: string): string {
  const other = new URL(url);
  other.username = role;
  other.password = 'secret';
  return other.href;
}

async function admin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('adminUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function makeRole(role: string, ...settings: readonly string[]): Promise<void> {
  await admin(`DROP ROLE IF EXISTS ${role}`);
  await admin(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  for (const setting of settings) await admin(`ALTER ROLE ${role} SET ${setting}`);
}

describe('a role that has settings of its own', () => {
  const SETTINGS = [
    `datestyle = 'German'`,
    `intervalstyle = 'iso_8601'`,
    `timezone = 'Asia/Kolkata'`,
    `bytea_output = 'escape'`,
    `standard_conforming_strings = off`,
    `default_transaction_isolation = 'serializable'`,
    `default_transaction_read_only = on`,
    `search_path = 'nowhere'`,
    `statement_timeout = 50`,
    `lock_timeout = 1`,
    `idle_in_transaction_session_timeout = 1`,
    `jit = on`,
    `enable_nestloop = off`,
    `enable_indexscan = off`,
  ];
  let app: INestApplicationContext;

  @Injectable()
  class Reports {
    @Task('record')
    record(): string {
      return '€';
    }
  }

  beforeEach(async () => {
    await makeRole(ROLE, ...SETTINGS);
    await database.query(`GRANT USAGE, CREATE ON SCHEMA carillon TO ${ROLE}`);
    await database.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA carillon TO ${ROLE}`,
    );
  });
  afterEach(async () => {
    await app.close();
    await database.query(`DROP OWNED BY ${ROLE}`);
  });

  it('fires and runs as any other', async () => {
    const imports = [TasksModule.forRoot({ databaseUrl: as(ROLE, database.url) })];
    const providers = [Reports];
    app = await Test.createTestingModule({ imports, providers }).compile();
    await app.init();
    await until('the node is at work', () => app.get(NodeStatus).running);
    const tasks = app.get(TasksService);
    const at = new Date(Date.now() + 300).toISOString();
    await tasks.addJob({ id: 'soon', task: 'record', trigger: { type: 'date', at } });
    const found = await until('the run', async () => {
      const { items } = await tasks.getRuns({ job: 'soon' });
      return items[0]?.state === 'succeeded' ? items : null;
    });
    expect(found[0]).toMatchObject({ result: '€', fireAt: new Date(at), state: 'succeeded' });
    // Sessions know how they isolate: no statement of its own says so again.
    const query = vi.spyOn(pg.Client.prototype, 'query');
    await tasks.pauseJob('soon');
    const texts = query.mock.calls.map(([asked]) => String(asked));
    query.mockClear();
    const later = new Date(Date.now() + 86_400_000).toISOString();
    await tasks.addJob({ id: 'later', task: 'record', trigger: { type: 'date', at: later } });
    const added = query.mock.calls.map(([asked]) => String(asked));
    query.mockRestore();
    const around = /^(START|SET|COMMIT)\b/;
    expect(texts.filter((text) => around.test(text))).toEqual(['START TRANSACTION', 'COMMIT']);
    // What time it is, and the job: a job for later is added by one statement.
    expect(added.filter((text) => around.test(text))).toEqual([]);
    expect(added.filter((text) => text.includes('INSERT INTO'))).toHaveLength(1);
  });
});

describe('a URL with options of its own', () => {
  it('keeps them, and ours come after them', () => {
    const url = 'postgres://u@h/d?options=-c%20search_path%3Dapp%20-c%20jit%3Don&sslmode=disable';
    const start = sessionStart(url, true, { jit: 'off', lock_timeout: 2_000 });
    expect(start.connectionString).toBe('postgres://u@h/d?sslmode=disable');
    expect(start.options).toMatch(/^-c search_path=app -c jit=on -c jit=off -c lock_timeout=2000 /);
  });

  it('has limits all the same', async () => {
    const url = `${database.url}?options=${encodeURIComponent('-c search_path=app')}&lock_timeout=1`;
    const settings = { lock_timeout: 2_000, datestyle: 'ISO, DMY' };
    const client = new pg.Client(sessionStart(url, true, settings));
    await client.connect();
    const { rows } = await client.query(
      `SELECT current_setting('lock_timeout') AS lock, current_setting('datestyle') AS dates,
              current_setting('search_path') AS path`,
    );
    await client.end();
    expect(rows).toEqual([{ lock: '2s', dates: 'ISO, DMY', path: 'app' }]);
  });

  it('tells a pooler only what the URL says', () => {
    expect(sessionStart('postgres://u@h/d', false, { jit: 'off' })).toEqual({
      connectionString: 'postgres://u@h/d',
    });
  });
});

describe('a role that may not do everything', () => {
  const OTHER = 'carillon_guest';
  let empty: TestDatabase;

  beforeEach(async () => {
    empty = await createEmptyDatabase();
    await makeRole(OTHER);
  });
  afterEach(async () => {
    await empty.query(`DROP OWNED BY ${OTHER}`);
    await empty.drop();
  });

  it('is told how to get a schema', async () => {
    await expect(migrate(as(OTHER, empty.url), 'carillon')).rejects.toThrow(
      /there is no schema "carillon".*CREATE SCHEMA "carillon" AUTHORIZATION carillon_guest/,
    );
  });

  it('uses the schema that somebody made for it', async () => {
    await empty.query(`CREATE SCHEMA carillon AUTHORIZATION ${OTHER}`);
    await migrate(as(OTHER, empty.url), 'carillon');
    const rows = await empty.query('SELECT name FROM carillon.leader_lock');
    expect(rows).toEqual([{ name: 'scheduler' }]);
  });

  it('is told which rights it lacks in the schema of somebody else', async () => {
    await empty.query('CREATE SCHEMA carillon');
    await expect(migrate(as(OTHER, empty.url), 'carillon')).rejects.toThrow(
      'GRANT USAGE, CREATE ON SCHEMA "carillon" TO carillon_guest',
    );
  });

  it('is told which rights it lacks on tables, also where others migrate', async () => {
    await migrate(empty.url, 'carillon');
    await empty.query(`GRANT USAGE ON SCHEMA carillon TO ${OTHER}`);
    await empty.query(`GRANT SELECT ON ALL TABLES IN SCHEMA carillon TO ${OTHER}`);
    await empty.query(`GRANT INSERT, UPDATE, DELETE ON carillon.jobs TO ${OTHER}`);
    const prepare = () => Promise.resolve();
    const failure = await migrate(as(OTHER, empty.url), 'carillon', {
      migrations: 'check',
      prepare,
    }).catch((error: Error) => error.message);
    expect(failure).toContain('GRANT INSERT, UPDATE, DELETE ON "carillon".runs TO carillon_guest');
    expect(failure).not.toContain('"carillon".jobs ');
  });
});

describe('a database whose encoding cannot hold every text', () => {
  it('is refused by name, with the remedy', async () => {
    const name = 'carillon_latin';
    await admin(`DROP DATABASE IF EXISTS ${name}`);
    await admin(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'
       ${(await isNew()) ? `LOCALE_PROVIDER libc` : ''}`,
    );
    const url = new URL(inject('adminUrl'));
    url.pathname = `/${name}`;
    await expect(probeServer(url.href)).rejects.toThrow(
      /"carillon_latin" has the encoding LATIN1.*ENCODING 'UTF8'/,
    );
    await admin(`DROP DATABASE ${name}`);
  });

  async function isNew(): Promise<boolean> {
    const [row] = await database.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    return row!.version >= 150_000;
  }
});

describe('a migration of tables that are in use', () => {
  const schema = new SchemaName('carillon');
  let empty: TestDatabase;

  beforeEach(async () => {
    empty = await createEmptyDatabase();
    await migrate(empty.url, 'carillon');
    // As if those that change large tables had not been made yet.
    const source = await migrationsDataSource(empty.url, schema).initialize();
    for (let n = SCHEMA_VERSION; n > 2; n--) await source.undoLastMigration();
    await source.destroy();
  });
  afterEach(() => empty.drop());

  it('lets everybody read and write meanwhile, also where a role limits idle transactions', async () => {
    await makeRole(ROLE, 'idle_in_transaction_session_timeout = 10', 'lock_timeout = 1');
    await empty.query(`ALTER SCHEMA carillon OWNER TO ${ROLE}`);
    const tables = await empty.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = 'carillon'::regnamespace AND relkind = 'r'`,
    );
    for (const { name } of tables)
      await empty.query(`ALTER TABLE carillon.${name} OWNER TO ${ROLE}`);
    await empty.query(
      `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, created_at)
       SELECT 'old', 'record', now() - n * interval '1 second', now(), 'manual', 'succeeded', false, now()
       FROM generate_series(1, 100000) AS n`,
    );
    let over = false;
    const migrated = migrate(as(ROLE, empty.url), 'carillon').finally(() => (over = true));
    const waits: number[] = [];
    while (!over) {
      const asked = performance.now();
      await empty.query(
        `UPDATE carillon.runs SET reason = 'seen' WHERE id = (SELECT max(id) FROM carillon.runs)`,
      );
      waits.push(performance.now() - asked);
    }
    await migrated;
    expect(waits.length).toBeGreaterThan(3);
    const indexes = await empty.query(
      `SELECT 1 FROM pg_index WHERE indrelid = 'carillon.runs'::regclass AND NOT indisvalid`,
    );
    expect(indexes).toEqual([]);
    await empty.query(`REASSIGN OWNED BY ${ROLE} TO CURRENT_USER`);
  });

  it('builds an index again whose build was interrupted', async () => {
    await empty.query(
      `CREATE INDEX runs_waiting ON carillon.runs (task, priority, run_at, id) WHERE queued`,
    );
    await empty.query(
      `UPDATE pg_index SET indisvalid = false
       WHERE indexrelid = 'carillon.runs_waiting'::regclass`,
    );
    await migrate(empty.url, 'carillon');
    const [index] = await empty.query<{ valid: boolean }>(
      `SELECT indisvalid AS valid FROM pg_index
       WHERE indexrelid = 'carillon.runs_waiting'::regclass`,
    );
    expect(index).toEqual({ valid: true });
  });

  it('is not held up by the other nodes of the start, which wait for it', async () => {
    const nodes = Array.from({ length: 4 }, () => migrate(empty.url, 'carillon'));
    await expect(Promise.all(nodes)).resolves.toHaveLength(4);
  });

  it('waits for a transaction that holds a table, and says so when it is held for too long', async () => {
    const other = new pg.Client({ connectionString: empty.url });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE carillon.runs IN ROW EXCLUSIVE MODE');
    const migrated = migrate(empty.url, 'carillon');
    await until('the wait', async () => {
      const rows = await empty.query(
        `SELECT 1 FROM pg_stat_activity
         WHERE wait_event_type = 'Lock' AND query LIKE '%INDEX CONCURRENTLY%'
           AND datname = current_database()`,
      );
      return rows.length > 0;
    });
    await other.query('COMMIT');
    await other.end();
    await expect(migrated).resolves.toBeUndefined();
  });
});
