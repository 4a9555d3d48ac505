import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import { runAs, type ServerUser } from './run-as.js';
import { systemFolder } from './system-folder.js';

/** The given binaries, or a copy in the system folder if `user` cannot run them where they are. */
export async function binariesFor(
  user: ServerUser,
  binaries: Binaries,
  log: (sentence: string) => void,
): Promise<Binaries> {
  if (await canRun(user, binaries)) return binaries;
  const name = `postgresql-${binaries.packageVersion}-${process.platform}-${process.arch}`;
  const copy = join(await systemFolder(), name);
  if (!(await stat(copy).catch(() => null))) {
    log(`The user ${user.name} cannot reach PostgreSQL's programs: copying them to ${copy}.`);
    await copyFolder(binaries.native, copy);
  }
  const copied = relocated(binaries, copy);
  if (await canRun(user, copied)) return copied;
  throw new Error(
    `The user ${user.name} can run PostgreSQL neither from ${binaries.native} nor from ${copy}. ` +
      'Start as an ordinary user, or set DATABASE_URL to a server of your own.',
  );
}

export function relocated(binaries: Binaries, native: string): Binaries {
  const moved = (program: string) => native + program.slice(binaries.native.length);
  return {
    native,
    packageVersion: binaries.packageVersion,
    initdb: moved(binaries.initdb),
    postgres: moved(binaries.postgres),
    pgCtl: moved(binaries.pgCtl),
  };
}

/** Tried, not computed: the libraries beside it must be within reach too. */
function canRun(user: ServerUser, { initdb, postgres }: Binaries): Promise<boolean> {
  return runAs(user, postgres, ['--version'])
    .then(() => runAs(user, initdb, ['--version']))
    .then(
      () => true,
      () => false,
    );
}

/** All or nothing, also when several processes copy at once. */
async function copyFolder(from: string, to: string): Promise<void> {
  const unfinished = `${to}.new-${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
  await runAs(null, 'chmod', ['-R', 'a+rX', unfinished]);
  await rename(unfinished, to).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}
