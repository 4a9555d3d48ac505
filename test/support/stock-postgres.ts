import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from '../../src/embedded-postgres/binaries.js';
import { runAs } from '../../src/embedded-postgres/run-as.js';
import type { Settled } from '../../src/embedded-postgres/settle.js';

/** Where the packages of Debian and its like put each major version. */
const PACKAGES = '/usr/lib/postgresql';

/** What is not tried without them, and how to have it tried. */
export const STOCK_MISSING =
  'NOT TRIED: PostgreSQL of the system\u2019s packages, which has a compiler of its own (jit). ' +
  'To have it tried: apt-get install postgresql';

/** The newest PostgreSQL of the system's packages; null: there is none. */
export function stockBinaries(): Binaries | null {
  if (!existsSync(PACKAGES)) return null;
  const versions = readdirSync(PACKAGES).filter((name) => existsSync(program(name, 'initdb')));
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) return null;
  return {
    native: join(PACKAGES, newest),
    packageVersion: newest,
    initdb: program(newest, 'initdb'),
    postgres: program(newest, 'postgres'),
    pgCtl: program(newest, 'pg_ctl'),
  };
}

const program = (version: string, name: string) => join(PACKAGES, version, 'bin', name);

/** Makes an empty cluster with options that every version knows: ours has a built-in locale. */
export async function initialisePlain(
  { folder, user }: Pick<Settled, 'folder' | 'user'>,
  { initdb }: Pick<Binaries, 'initdb'>,
  durable: boolean,
): Promise<void> {
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
    ...(durable ? [] : ['--no-sync']),
  ]);
}
