/** The two roles of `src/docs/security.md`: one that migrates, and one that is enough for nodes. */
import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Task, TasksModule, TasksService } from '../../src/tasks/index.js';
import { migrate } from '../../src/tasks/store/postgres/migrate.js';
import { blocksIn } from '../documents/blocks.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const OWNER = 'carillon_owner';
const NODE = 'carillon_node';

const [statements = ''] = blocksIn('sql').flatMap(([at, { code }]) =>
  at.startsWith('src/docs/security.md') ? [code] : [],
);

let database: TestDatabase;
let app: INestApplicationContext | undefined;

function as(role: string): string {
  const url = new URL(database.url);
  url.username = role;
  url.password = 'change-me';
  return url.href;
}

async function query(role: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: as(role) });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

@Injectable()
class Reports {
  @Task('record')
  record(): string {
    return 'recorded';
  }
}

beforeAll(async () => {
  database = await createEmptyDatabase();
  await database.query(`DROP ROLE IF EXISTS ${OWNER}`);
  await database.query(`DROP ROLE IF EXISTS ${NODE}`);
  for (const sql of statements.split(/;\n/)) if (sql.trim() !== '') await database.query(sql);
  // What is there before a later version adds to it.
  await migrate(as(OWNER), 'carillon');
});

afterAll(async () => {
  await app?.close();
  await database.query(`DROP OWNED BY ${NODE}, ${OWNER} CASCADE`);
  await database.query(`DROP ROLE ${NODE}`);
  await database.query(`DROP ROLE ${OWNER}`);
  await database.drop();
});

describe('a node whose role owns nothing', () => {
  it('fires and runs, and has changes written down', async () => {
    const options = { databaseUrl: as(NODE), migrations: 'check' } as const;
    const imports = [TasksModule.forRoot(options)];
    app = await Test.createTestingModule({ imports, providers: [Reports] }).compile();
    await app.init();
    const tasks = app.get(TasksService);
    await tasks.ready();
    const at = new Date(Date.now() + 300).toISOString();
    await tasks.addJob({ id: 'soon', task: 'record', trigger: { type: 'date', at } });
    const run = await until('the run', async () => {
      const { items } = await tasks.getRuns({ job: 'soon', state: 'succeeded' });
      return items[0] ?? null;
    });
    expect(run).toMatchObject({ result: 'recorded', cause: 'fired' });
    await tasks.pauseJob('soon', { reason: 'audit' });
    await tasks.removeJob('soon');
    const { items } = await tasks.getAudit();
    expect(items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['job.add', 'job.pause', 'job.remove']),
    );
  });

  it.each([
    'CREATE TABLE carillon.mine (id int)',
    'ALTER TABLE carillon.jobs ADD COLUMN mine int',
    'DROP TABLE carillon.runs',
    'TRUNCATE carillon.runs',
    'CREATE SCHEMA mine',
    'CREATE ROLE mine',
  ])('may not %s', async (sql) => {
    await expect(query(NODE, sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('may use tables that a later version brings', async () => {
    await query(
      OWNER,
      'CREATE TABLE carillon.later (id int GENERATED ALWAYS AS IDENTITY, at date)',
    );
    await query(NODE, 'INSERT INTO carillon.later (at) VALUES (now())');
    expect(await query(NODE, 'SELECT id FROM carillon.later')).toEqual([{ id: 1 }]);
  });
});
