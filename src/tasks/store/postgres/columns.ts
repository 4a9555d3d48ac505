type Kind =
  | 'text'
  | 'integer'
  | 'smallint'
  | 'bigint'
  | 'double precision'
  | 'boolean'
  | 'uuid'
  | 'jsonb'
  | 'timestamptz';

interface ColumnOptions {
  /** Default: the field's name in snake case. */
  readonly name?: string;
  readonly nullable?: boolean;
  readonly array?: boolean;
  readonly primary?: boolean;
  /** Filled by the database. */
  readonly identity?: boolean;
  /** A number, or SQL. */
  readonly default?: number | string;
  /** Of a `bigint` whose value is a text here, as it may be larger than a number can hold. */
  readonly asText?: boolean;
}

export interface Column extends ColumnOptions {
  readonly kind: Kind;
}

/**
 * The columns of a table by the fields that they are here. Each is named once: what is written and what is
 * read, the entity of our data source and the test that compares it with the migrations come from it.
 */
export type Columns<Field extends string = string> = Readonly<Record<Field, Column>>;

export const column = (kind: Kind, options: ColumnOptions = {}): Column => ({ kind, ...options });
export const nullable = (kind: Kind, options: ColumnOptions = {}): Column =>
  column(kind, { nullable: true, ...options });

export const nameOf = (field: string, { name }: Column): string =>
  name ?? field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A field's value as the parameter of a statement. */
export function written({ kind }: Column, value: unknown): unknown {
  return kind === 'jsonb' && value !== null ? JSON.stringify(value ?? null) : value;
}

/** What reads a row that PostgreSQL has written as JSON, as its fields. */
export function rowReader(columns: Columns) {
  const fields = Object.entries(columns).map(
    ([field, one]) => [field, nameOf(field, one), one] as const,
  );
  return (row: Readonly<Record<string, unknown>>): Record<string, unknown> => {
    const read: Record<string, unknown> = {};
    for (const [field, name, one] of fields) read[field] = readValue(one, row[name]);
    return read;
  };
}

function readValue({ kind, asText }: Column, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (kind === 'timestamptz') return new Date(value as string);
  return asText && typeof value === 'number' ? value.toString() : value;
}
