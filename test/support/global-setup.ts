import { existsSync, mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import {
  joinEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/embedded-postgres/embedded-postgres.js';
import { isAlive } from '../../src/embedded-postgres/processes.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection URL of the throw-away server's superuser. */
    adminUrl: string;
  }
}

const PREFIX = 'carillon-tests-';

/** Several projects of one run join one server; as everywhere, the last one stops it. */
const shared = globalThis as { carillonTestFolder?: string };

/** Starts a throw-away PostgreSQL. It survives no crash of the machine, and is quick for that. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!shared.carillonTestFolder) await removeLeftovers();
  const folder = (shared.carillonTestFolder ??= mkdtempSync(
    join(tmpdir(), `${PREFIX}${process.pid}-`),
  ));
  const postgres = await joinTestServer(folder);
  project.provide('adminUrl', postgres.url);
  return () => leave(folder, postgres);
}

async function joinTestServer(folder: string): Promise<EmbeddedPostgres> {
  const said: string[] = [];
  try {
    return await joinEmbeddedPostgres({
      dataDir: folder,
      log: (sentence) => said.push(sentence),
      settings: { fsync: 'off', full_page_writes: 'off', autovacuum: 'on' },
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
      if (isRunning(folder)) await leave(folder, await joinTestServer(folder));
      else await rm(folder, { recursive: true, force: true });
    } catch {
      // Another user's, who will tidy up.
    }
  }
}

function isRunning(folder: string): boolean {
  return existsSync(join(folder, 'postgres', 'postmaster.pid'));
}
