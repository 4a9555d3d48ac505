import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tasksDataSource } from '../../src/tasks/store/postgres/data-source.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await tasksDataSource(database.url, new SchemaName('carillon')).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

it('has an entity for each table', async () => {
  const there = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'carillon'`,
  );
  const known = dataSource.entityMetadatas.map(({ tableName }) => tableName);
  expect(there.map(({ name }) => name).sort()).toEqual([...known, 'migrations'].sort());
});

it('finds nothing to do when TypeORM compares the entities with the tables', async () => {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
});
