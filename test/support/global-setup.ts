import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
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
import { settle } from '../../src/embedded-postgres/settle.js';
import { initialisePlain, stockBinaries } from './stock-postgres.js';

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
  if (project.name === 'contract-14') return startOther(project, await findBinaries(OLDEST));
  if (project.name === 'contract-stock') return startOther(project, stockBinaries()!);
  const folder = (shared.carillonTestFolder ??= newFolder());
  const postgres = await joinTestServer(folder);
  project.provide('adminUrl', postgres.url);
  return () => leave(folder, postgres);
}

/** Another PostgreSQL than ours, in a folder of its own. */
async function startOther(project: TestProject, binaries: Binaries): Promise<() => Promise<void>> {
  const folder = newFolder();
  await initialiseOther(folder, binaries);
  const postgres = await joinTestServer(folder, binaries);
  project.provide('adminUrl', postgres.url);
  return () => leave(folder, postgres);
}

/** Its initdb does not know the built-in locale that ours gets. */
async function initialiseOther(path: string, found: Binaries): Promise<void> {
  const silence = () => undefined;
  const settled = await settle(path, silence);
  const { user } = settled;
  await initialisePlain(settled, user ? await binariesFor(user, found, silence) : found, false);
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
  if (version === '14') return joinTestServer(folder, await findBinaries(OLDEST));
  const stock = stockBinaries();
  return joinTestServer(folder, version === stock?.packageVersion ? stock : undefined);
}

function isRunning(folder: string): boolean {
  return existsSync(join(folder, 'postgres', 'postmaster.pid'));
}
