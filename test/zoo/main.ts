/**
 * `npm run hosts`: tries every host of the zoo, or those with these words in their names, and prints a
 * table. Exits with 1 when one lacks something.
 */
import { mkdtempSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresServer, usualServer } from '../chaos/postgres-server.js';
import { rootFolder } from '../chaos/root-folder.js';
import { makePackage } from '../package/make-package.js';
import { PackedPackage } from '../support/packed-host.js';
import { BREEDS, nameOf, type Breed } from './breeds.js';
import { InstalledHost } from './installed-host.js';
import { tableOf } from './table.js';
import { Trial, verdictsOf, type Verdicts } from './trial.js';

const words = process.argv.slice(2);
const breeds = BREEDS.filter((breed) => words.every((word) => nameOf(breed).includes(word)));

makePackage(rootFolder());
const carillon = await PackedPackage.make();
const folder = mkdtempSync(join(tmpdir(), 'carillon-zoo-'));
await chmod(folder, 0o755);
const server = await PostgresServer.start(usualServer());
const rows: [Breed, Verdicts][] = [];
try {
  for (const breed of breeds) rows.push([breed, await tried(breed)]);
} finally {
  await server.remove();
  await carillon.remove();
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${tableOf(rows)}`);
const isWhole = rows.every(([, verdicts]) => Object.values(verdicts).every((why) => why === null));
process.exitCode = isWhole ? 0 : 1;

async function tried(breed: Breed): Promise<Verdicts> {
  console.log(nameOf(breed));
  const verdicts = await onOwnDatabase((url, pool) => judged(breed, url, pool)).catch(
    (error: unknown) => verdictsOf(() => String(error)),
  );
  for (const why of new Set(Object.values(verdicts))) if (why !== null) console.log(`  ${why}`);
  return verdicts;
}

async function judged(breed: Breed, url: string, pool: pg.Pool): Promise<Verdicts> {
  const home = mkdtempSync(join(folder, 'host-'));
  const host = await InstalledHost.make(carillon.tarball, breed, home);
  const query = async <Row extends object>(sql: string) => (await pool.query<Row>(sql)).rows;
  const trial = new Trial(host, { url, query });
  try {
    return await trial.judge();
  } finally {
    await trial.end();
    await rm(home, { recursive: true, force: true });
  }
}

async function onOwnDatabase<T>(body: (url: string, pool: pg.Pool) => Promise<T>): Promise<T> {
  const name = `host_${rows.length + 1}`;
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  try {
    return await body(url.href, pool);
  } finally {
    await pool.end();
  }
}
