import type { EntityManager, QueryRunner } from 'typeorm';
import { SchemaName } from './schema-name.js';

/** The quoted schema that a data source of ours was made for. */
export function schemaOf(of: QueryRunner | EntityManager): string {
  const { options } = of.dataSource;
  const schema = 'schema' in options && options.schema;
  return new SchemaName(schema || 'carillon').quoted;
}
