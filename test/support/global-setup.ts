import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findBinaries, type Binaries } from '../../src/embedded-postgres/binaries.js';
import { binariesFor } from '../../src/embedded-postgres/binary-copy.js';
import {
  joinEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/embedded-postgres/embedded-postgres.js';
import { isAlive } from '../../src/embedded-postgres/processes.js';
import { runAs } from '../../src/embedded-postgres/run-as.js';
import { settle } from '../../src/embedded-postgres/settle.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection URL of the throw-away server's superuser. */
    adminUrl: string;
  }
}

/** The package that brings the oldest PostgreSQL along; there is one for this platform only. */
const OLDEST = 'postgresql-14';

const PREFIX = 'carillon-tests-';

/** Several projects of one run join one server; as everywhere, the last one stops it. */
const shared = globalThis as { carillonTestFolder?: string };

/** Starts a throw-away PostgreSQL. It survives no crash of the machine, and is quick for that. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!shared.carillonTestFolder) await removeLeftovers();
  if (project.name === 'contract-14') return startOldest(project);
  const folder = (shared.carillonTestFolder ??= newFolder());
  const postgres = await joinTestServer(folder);
  project.provide('adminUrl', postgres.url);
  return () => leave(folder, postgres);
}

/** The oldest PostgreSQL that we support, in a folder of its own. */
async function startOldest(project: TestProject): Promise<() => Promise<void>> {
  const folder = newFolder();
  const binaries = await findBinaries(OLDEST);
  await initialiseOldest(folder, binaries);
  const postgres = await joinTestServer(folder, binaries);
  project.provide('adminUrl', postgres.url);
  return () => leave(folder, postgres);
}

/** Its initdb does not know the built-in locale that ours gets. */
async function initialiseOldest(path: string, found: Binaries): Promise<void> {
  const silence = () => undefined;
  const { folder, user } = await settle(path, silence);
  const { initdb } = user ? await binariesFor(user, found, silence) : found;
  await writeFile(folder.passwordFile, 'throw-away', { mode: 0o600 });
  await mkdir(folder.cluster, { mode: 0o700 });
  if (user) {
    for (const owned of [folder.passwordFile, folder.cluster]) {
      await chown(owned, user.uid, user.gid);
    }
  }
  await runAs(user, initdb, [
    `--pgdata=${folder.cluster}`,
    '--username=postgres',
    `--pwfile=${folder.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]);
}

const newFolder = () => mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));

async function joinTestServer(folder: string, binaries?: Binaries): Promise<EmbeddedPostgres> {
  const said: string[] = [];
  try {
    return await joinEmbeddedPostgres({
      dataDir: folder,
      log: (sentence) => said.push(sentence),
      settings: { fsync: 'off', full_page_writes: 'off', autovacuum: 'on' },
      ...(binaries ? { binaries } : {}),
    });
  } catch (error) {
    console.error(said.join('\n'));
    throw error;
  }
}

async function leave(folder: string, postgres: EmbeddedPostgres): Promise<void> {
  await postgres.release();
  if (!isRunning(folder)) await rm(folder, { recursive: true, force: true });
}

/** A run that was killed has left its server behind, which nobody else would ever stop. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length)) : NaN;
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    try {
      if (isRunning(folder)) await leave(folder, await joinLeftover(folder));
      else await rm(folder, { recursive: true, force: true });
    } catch {
      // Another user's, who will tidy up.
    }
  }
}

/** Only the programs that made it can stop it. */
async function joinLeftover(folder: string): Promise<EmbeddedPostgres> {
  const version = readFileSync(join(folder, 'postgres', 'PG_VERSION'), 'utf8').trim();
  return joinTestServer(folder, version === '14' ? await findBinaries(OLDEST) : undefined);
}

function isRunning(folder: string): boolean {
  return existsSync(join(folder, 'postgres', 'postmaster.pid'));
}
