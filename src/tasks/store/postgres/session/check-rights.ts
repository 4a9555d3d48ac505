import type { DataSource } from 'typeorm';
import type { SchemaName } from '../schema-name.js';

/** What the role that we are is called, and what it may do. */
interface Who {
  readonly role: string;
  readonly database: string;
  readonly exists: boolean;
  readonly mayCreate: boolean;
  readonly mayMigrate: boolean;
}

const WHO = `
  SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS database,
         to_regnamespace($1) IS NOT NULL AS exists,
         has_database_privilege(current_database(), 'CREATE') AS "mayCreate",
         coalesce(has_schema_privilege(to_regnamespace($1), 'CREATE'), false) AS "mayMigrate"`;

/**
 * Creates our schema where it does not exist. One that somebody made for us needs no right to create
 * others.
 *
 * @throws Error with the statement that grants what is missing
 */
export async function createSchema(sql: DataSource, { quoted }: SchemaName): Promise<void> {
  const [who] = await sql.query<Who[]>(WHO, [quoted]);
  const { role, database, exists, mayCreate, mayMigrate } = who!;
  if (exists && mayMigrate) return;
  if (exists) {
    throw new Error(
      `the role ${role} may not create tables in the schema ${quoted}. ` +
        `Run: GRANT USAGE, CREATE ON SCHEMA ${quoted} TO ${role}. ` +
        `Or run the migrations as another role, and start with TASKS_MIGRATIONS=check`,
    );
  }
  if (!mayCreate) {
    throw new Error(
      `there is no schema ${quoted}, and the role ${role} may not create one. ` +
        `Run: CREATE SCHEMA ${quoted} AUTHORIZATION ${role}. ` +
        `Or: GRANT CREATE ON DATABASE ${database} TO ${role}`,
    );
  }
  await sql.query(`CREATE SCHEMA IF NOT EXISTS ${quoted}`);
}

/** What is done with every table, but for those that only migrations write. */
const NEEDED = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

const MISSING = `
  SELECT quote_ident(current_user) AS role, c.relname AS name,
         has_schema_privilege(c.relnamespace, 'USAGE') AS usage,
         ARRAY(SELECT p FROM unnest($2::text[]) AS p WHERE NOT has_table_privilege(c.oid, p)) AS lacks
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname NOT IN ('migrations', 'schema_info')
  ORDER BY c.relname`;

interface Missing {
  readonly role: string;
  readonly name: string;
  readonly usage: boolean;
  readonly lacks: readonly string[];
}

/** Whatever can be asked: a data source, or one connection. */
interface Asked {
  query<Rows>(sql: string, values?: unknown[]): Promise<Rows>;
}

/** @throws Error with the statements that grant what the node's role lacks */
export async function checkRights(sql: Asked, { name, quoted }: SchemaName): Promise<void> {
  const rows = await sql.query<Missing[]>(MISSING, [name, NEEDED]);
  const [first] = rows;
  if (first === undefined) return;
  const { role } = first;
  const grants = [
    ...(first.usage ? [] : [`GRANT USAGE ON SCHEMA ${quoted} TO ${role}`]),
    ...rows
      .filter(({ lacks }) => lacks.length > 0)
      .map((row) => `GRANT ${row.lacks.join(', ')} ON ${quoted}.${row.name} TO ${role}`),
  ];
  if (grants.length === 0) return;
  throw new Error(
    `the role ${role} lacks rights on the schema ${quoted}. Run: ${grants.join('; ')}`,
  );
}
