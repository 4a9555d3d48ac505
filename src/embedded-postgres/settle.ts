import { chown, mkdir, realpath, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { findBinaries, type Binaries } from './binaries.js';
import { binariesFor } from './binary-copy.js';
import { DataFolder } from './data-folder.js';
import { canEnter, type ServerUser } from './run-as.js';
import { isRoot, ownerOf, serverUser } from './server-user.js';
import { systemFolder } from './system-folder.js';

/** Where the server lives, what it is started from and who it runs as. */
export interface Settled {
  readonly folder: DataFolder;
  readonly binaries: Binaries;
  /** Null: this process's own user. */
  readonly user: ServerUser | null;
}

export async function settle(dataDir: string, log: (sentence: string) => void): Promise<Settled> {
  await mkdir(dataDir, { recursive: true });
  const folder = new DataFolder(await realpath(dataDir));
  const binaries = await findBinaries();
  if (!isRoot()) {
    await refuseForeignOwner(folder);
    return { folder, binaries, user: null };
  }
  const user = await userOf(folder, log);
  if (await canEnter(user, dirname(folder.path))) {
    await chown(folder.path, user.uid, user.gid);
    return { folder, binaries: await binariesFor(user, binaries, log), user };
  }
  const elsewhere = new DataFolder(join(await systemFolder(), substituteName(folder.path)));
  log(
    `PostgreSQL runs as the user ${user.name}, who cannot enter ${dirname(folder.path)}: ` +
      `its data is in ${elsewhere.path} instead of ${folder.path}.`,
  );
  await mkdir(elsewhere.path, { recursive: true });
  const owner = await userOf(elsewhere, log);
  await chown(elsewhere.path, owner.uid, owner.gid);
  return {
    folder: elsewhere,
    binaries: await binariesFor(owner, binaries, log),
    user: owner,
  };
}

/** Data that exists is served by its owner, so that root and that user can share a server. */
async function userOf(folder: DataFolder, log: (sentence: string) => void): Promise<ServerUser> {
  const owner = await ownerOf(folder.cluster);
  return owner && owner.uid !== 0 ? owner : serverUser(log);
}

/** A name for a person, and the path's hash so that two clones of one name stay apart. */
export function substituteName(dataDir: string): string {
  const project = basename(dirname(dataDir)) || 'root';
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 8);
  return `${project}-${hash}`;
}

async function refuseForeignOwner(folder: DataFolder): Promise<void> {
  const uid = process.getuid?.();
  const owner = await stat(folder.cluster).then(
    (found) => found.uid,
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? uid : null),
  );
  if (owner === uid) return;
  throw new Error(
    `The database in ${folder.path} belongs to another user${owner === null ? '' : ` (uid ${owner})`}. ` +
      'Start as that user or as root, move the folder away to begin with an empty database, ' +
      'or set DATABASE_URL to a server of your own.',
  );
}
