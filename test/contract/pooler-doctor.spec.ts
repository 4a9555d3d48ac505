import { afterAll, beforeAll, expect, it } from 'vitest';
import { isRoot, serverUser } from '../../src/embedded-postgres/server-user.js';
import { carillon } from '../../src/tasks/cli/main.js';
import { Pooler } from '../chaos/pooler.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let pooler: Pooler;

beforeAll(async () => {
  database = await createTestDatabase();
  pooler = await Pooler.before(database.url, isRoot() ? await serverUser(() => undefined) : null);
});
afterAll(async () => {
  await pooler?.stop();
  await database?.drop();
});

it('the doctor names a transaction pooler, and the setting that gets past it', async () => {
  const said: string[] = [];
  const exit = await carillon(['doctor', '--offline'], {
    env: { CARILLON_DATABASE_URL: pooler.url },
    out: (line) => said.push(line),
    err: (line) => said.push(line),
    signal: new AbortController().signal,
  });
  expect(exit).toBe(0);
  expect(said.join('\n')).toContain('connection: through a transaction pooler');
  expect(said.join('\n')).toContain('TASKS_DIRECT_DATABASE_URL');
});
