import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INVARIANTS, type Invariant } from '../../src/tasks/domain/problems/invariants.js';
import { TasksHealthModule } from '../../src/tasks/http/index.js';
import { TasksModule } from '../../src/tasks/index.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { KEYS } from './http-app.js';

let database: TestDatabase;
let app: NestExpressApplication;
let url: string;

beforeAll(async () => {
  database = await createTestDatabase();
  @Module({
    imports: [
      TasksModule.forRoot({ databaseUrl: database.url, heartbeatMs: 200 }),
      TasksHealthModule.withInvariants({ keys: KEYS }),
    ],
  })
  class HostModule {}
  app = await NestFactory.create<NestExpressApplication>(HostModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  url = `${await app.getUrl()}/health`;
});
afterAll(async () => {
  await app?.close();
  await database?.drop();
});

interface Answer {
  readonly status: string;
  readonly items: readonly Invariant[];
}

async function ask(headers = { authorization: 'Bearer viewer-key' }) {
  const answer = await fetch(`${url}/invariants`, { headers });
  return { status: answer.status, body: (await answer.json()) as Answer };
}

describe('what shall always hold', () => {
  it('is told to nobody without a key, and health to everybody', async () => {
    expect((await fetch(`${url}/invariants`)).status).toBe(401);
    expect((await fetch(`${url}/live`)).status).toBe(200);
  });

  it('holds in a cluster that is well', async () => {
    const { body } = await until('a leader', async () => {
      const answer = await ask();
      return answer.status === 200 ? answer : null;
    });
    expect(body.status).toBe('ok');
    expect(body.items.map(({ name }) => name)).toEqual(INVARIANTS.map(({ name }) => name));
    expect(body.items.every(({ holds, message }) => holds && message === null)).toBe(true);
  });

  it('is answered 503 where something does not hold, with why and what to do', async () => {
    await database.query(
      `INSERT INTO carillon.nodes (id, name, version, schema_version, roles, tasks, started_at,
                                   heartbeat_at, clock_offset_ms)
       VALUES ('00000000-0000-4000-8000-000000000001', 'far', '', 1, '{}', '{}', now(),
               now() + interval '1 hour', -90000)`,
    );
    const { status, body } = await ask();
    expect([status, body.status]).toEqual([503, 'violated']);
    const [violated, ...others] = body.items.filter(({ holds }) => !holds);
    expect(others).toEqual([]);
    expect(violated).toMatchObject({ name: 'clocks-agree' });
    expect(violated!.message).toContain('far (-90000 ms)');
    expect(violated!.remedy).toContain('NTP');
  });
});
