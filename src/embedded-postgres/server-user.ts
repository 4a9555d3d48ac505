import { stat } from 'node:fs/promises';
import { runAs, type ServerUser } from './run-as.js';

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** `postgres` if the machine has it, else a system user of our own, else `nobody`. */
export async function serverUser(log: (sentence: string) => void): Promise<ServerUser> {
  const found = (await userNamed('postgres')) ?? (await userNamed('carillon'));
  if (found) return found;
  await runAs(null, 'useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell=/usr/sbin/nologin',
    'carillon',
  ]).catch(() => undefined);
  const made = await userNamed('carillon');
  if (made) {
    log('Made the system user "carillon", since PostgreSQL refuses to run as root.');
    return made;
  }
  const nobody = await userNamed('nobody');
  if (nobody) return nobody;
  throw new Error(
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody". ' +
      'Start as an ordinary user, or set DATABASE_URL to a server of your own.',
  );
}

/** Who owns a file or folder; null if it does not exist. */
export async function ownerOf(path: string): Promise<ServerUser | null> {
  const found = await stat(path).catch(() => null);
  return found && { name: `with uid ${found.uid}`, uid: found.uid, gid: found.gid };
}

async function userNamed(name: string): Promise<ServerUser | null> {
  try {
    const uid = Number(await runAs(null, 'id', ['-u', name]));
    const gid = Number(await runAs(null, 'id', ['-g', name]));
    return { name, uid, gid };
  } catch {
    return null;
  }
}
