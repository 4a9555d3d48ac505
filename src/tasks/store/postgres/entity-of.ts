import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { nameOf, type Column, type Columns } from './columns.js';

/** What migrations have made beside the columns of a table, by name; what it is stands there alone. */
interface Beside {
  readonly indexes?: readonly string[];
  readonly checks?: readonly string[];
  /** Names, and the columns of each. */
  readonly uniques?: Readonly<Record<string, readonly string[]>>;
  /** Names, each with its column and the table that is referred to. */
  readonly references?: Readonly<Record<string, { readonly field: string; readonly to: string }>>;
}

/** What TypeORM knows of a table. It never makes or changes one: it compares, in a test. */
export function entityOf(tableName: string, columns: Columns, beside: Beside = {}): EntitySchema {
  const { indexes = [], checks = [], uniques = {}, references = {} } = beside;
  return new EntitySchema({
    name: tableName,
    tableName,
    columns: Object.fromEntries(
      Object.entries(columns).map(([field, one]) => [field, optionsOf(field, one)]),
    ),
    indices: indexes.map((name) => ({ name, synchronize: false })),
    checks: checks.map((name) => ({ name, expression: 'as the migration says' })),
    uniques: Object.entries(uniques).map(([name, fields]) => ({ name, columns: [...fields] })),
    foreignKeys: Object.entries(references).map(([name, { field, to }]) => ({
      name,
      target: to,
      columnNames: [field],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE' as const,
    })),
  });
}

function optionsOf(field: string, one: Column): EntitySchemaColumnOptions {
  const { kind, nullable: mayBeNull = false, array, primary, identity, default: value } = one;
  return {
    name: nameOf(field, one),
    type: kind === 'timestamptz' ? 'timestamp with time zone' : kind,
    nullable: mayBeNull,
    ...(kind === 'timestamptz' && { precision: 3 }),
    ...(array && { array }),
    ...(primary && { primary }),
    ...(identity && { generated: 'increment' as const, generatedIdentity: 'ALWAYS' as const }),
    ...(value !== undefined && { default: typeof value === 'number' ? value : () => value }),
  };
}
