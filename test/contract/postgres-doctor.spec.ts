/** `carillon doctor` on databases that are set up wrongly. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carillon } from '../../src/tasks/cli/main.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.js';

const ROLE = `carillon_patient_${randomBytes(4).toString('hex')}`;

let database: TestDatabase;
let empty: TestDatabase;

beforeAll(async () => {
  [database, empty] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
  await database.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'secret'`);
});
afterAll(async () => {
  await database?.query(`DROP OWNED BY ${ROLE}`);
  await database?.query(`DROP ROLE ${ROLE}`);
  await database?.drop();
  await empty?.drop();
});

interface Finding {
  readonly about: string;
  readonly verdict: string;
  readonly found: string;
  readonly remedy: string | null;
}

async function examined(url: string, ...options: string[]) {
  const said: string[] = [];
  const exit = await carillon(['doctor', '--offline', '--json', ...options], {
    env: { CARILLON_DATABASE_URL: url },
    out: (line) => said.push(line),
    err: (line) => said.push(line),
    signal: new AbortController().signal,
  });
  const findings = JSON.parse(said.join('\n')) as Finding[];
  return { exit, errors: findings.filter(({ verdict }) => verdict === 'error'), findings };
}

const about = (findings: readonly Finding[], name: string) =>
  findings.find((finding) => finding.about === name);

function as(role: string): string {
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  return url.href;
}

describe('carillon doctor', () => {
  it('finds nothing wrong where all is well, and hears itself', async () => {
    const { exit, errors, findings } = await examined(database.url);
    expect([exit, errors]).toEqual([0, []]);
    expect(about(findings, 'connection')).toMatchObject({ found: 'keeps its session' });
    expect(about(findings, 'LISTEN')).toMatchObject({ verdict: 'ok', found: 'a NOTIFY is heard' });
    expect(about(findings, 'clock')).toMatchObject({ verdict: 'ok' });
  });

  it('names a database without our tables, and a schema that there is not', async () => {
    for (const { exit, errors } of [
      await examined(empty.url),
      await examined(database.url, '--schema', 'elsewhere'),
    ]) {
      expect(exit).toBe(1);
      expect(errors.map(({ found }) => found)).toEqual(['it has no tables of Carillon']);
    }
  });

  it('names the rights that a role lacks, with the statements that grant them', async () => {
    const closed = await examined(as(ROLE));
    expect(closed.errors[0]!.found).toContain(`GRANT USAGE ON SCHEMA "carillon" TO ${ROLE}`);
    await database.query(`GRANT USAGE ON SCHEMA carillon TO ${ROLE}`);
    await database.query(`GRANT SELECT ON ALL TABLES IN SCHEMA carillon TO ${ROLE}`);
    const { exit, errors } = await examined(as(ROLE));
    expect(exit).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]!.found).toContain(
      `GRANT INSERT, UPDATE, DELETE ON "carillon".jobs TO ${ROLE}`,
    );
  });

  it('names a password that is wrong, and never tells it', async () => {
    const url = as(ROLE).replace('secret', 'guessed');
    const { exit, errors } = await examined(url);
    // A server that trusts whoever comes from here asks for no password.
    if (errors[0]?.about === 'database') expect(errors[0].found).toContain(ROLE);
    expect(exit).toBe(1);
    expect(JSON.stringify(errors)).not.toContain('guessed');
  });

  it('names an encoding that cannot hold what a text may hold', async () => {
    const name = `carillon_latin_${randomBytes(4).toString('hex')}`;
    const [server] = await empty.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    const provider = server!.version >= 150_000 ? 'LOCALE_PROVIDER libc' : '';
    await empty.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' ${provider}`,
    );
    const url = new URL(empty.url);
    url.pathname = `/${name}`;
    try {
      const { exit, findings } = await examined(url.href);
      expect(exit).toBe(1);
      expect(about(findings, 'encoding')).toMatchObject({ verdict: 'error', found: 'LATIN1' });
      expect(about(findings, 'encoding')!.remedy).toContain("ENCODING 'UTF8'");
    } finally {
      await empty.query(`DROP DATABASE ${name}`);
    }
  });

  it('names a role whose settings say that it only reads, which the nodes do not mind', async () => {
    await database.query(`ALTER ROLE ${ROLE} SET default_transaction_read_only = on`);
    const { findings } = await examined(as(ROLE));
    expect(about(findings, 'writes')).toMatchObject({
      verdict: 'ok',
      found: 'read-only by default; the nodes ask for more',
    });
  });

  it('names a server that is not there', async () => {
    const { exit, errors } = await examined('postgres://nobody@127.0.0.1:1/nothing');
    expect(exit).toBe(1);
    expect(errors).toMatchObject([{ about: 'database' }]);
    expect(errors[0]!.found).toContain('ECONNREFUSED');
  });
});
