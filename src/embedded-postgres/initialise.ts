import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFolder } from './data-folder.js';
import { runAs, type ServerUser } from './run-as.js';
import type { Settled } from './settle.js';

const UNFINISHED = 'postgres.new-';

/**
 * Makes an empty database. It is made beside its place and moved there when complete, so that a
 * process killed on the way leaves nothing that looks like data.
 */
export async function initialise(
  { folder, binaries, user }: Settled,
  version: string,
  durable: boolean,
  log: (sentence: string) => void,
): Promise<void> {
  log(`Making a PostgreSQL ${version} database in ${folder.path}.`);
  await removeUnfinished(folder, log);
  await writePassword(folder, user);
  const unfinished = join(folder.path, `${UNFINISHED}${process.pid}`);
  await mkdir(unfinished, { mode: 0o700 });
  if (user) await chown(unfinished, user.uid, user.gid);
  try {
    await runAs(user, binaries.initdb, [
      `--pgdata=${unfinished}`,
      '--username=postgres',
      `--pwfile=${folder.passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The machine's locales differ; this one is built in and knows all letters.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ]);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `PostgreSQL could not make a database in ${folder.path}: ${reason}. ` +
        'Free what is named there, or set DATABASE_URL to a server of your own.',
      { cause },
    );
  }
  await rename(unfinished, folder.cluster);
}

async function writePassword(folder: DataFolder, user: ServerUser | null): Promise<void> {
  // initdb reads the file itself, as the server's user.
  await rm(folder.passwordFile, { force: true });
  await writeFile(folder.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (user) await chown(folder.passwordFile, user.uid, user.gid);
}

async function removeUnfinished(
  folder: DataFolder,
  log: (sentence: string) => void,
): Promise<void> {
  for (const name of await readdir(folder.path)) {
    if (!name.startsWith(UNFINISHED)) continue;
    log(`Removing ${name}, which an interrupted start left half made.`);
    await rm(join(folder.path, name), { recursive: true, force: true });
  }
}
