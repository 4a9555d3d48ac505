import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { SchemaName } from './schema-name.js';

/** The quoted schema that a data source of ours was made for. */
export function schemaOf(of: QueryRunner | EntityManager): string {
  const { options } = dataSourceOf(of);
  const schema = 'schema' in options && options.schema;
  return new SchemaName(schema || 'carillon').quoted;
}

/** TypeORM 0.3 calls it `connection`, and has no other name for it. */
function dataSourceOf(of: QueryRunner | EntityManager): DataSource {
  const { dataSource, connection } = of as Partial<Record<'dataSource' | 'connection', DataSource>>;
  return (dataSource ?? connection)!;
}
