import { readFile } from 'node:fs/promises';
import type { DataFolder } from './data-folder.js';

/** The last lines of what the server said, from byte `from` on. */
export async function tailOf(folder: DataFolder, from = 0): Promise<string> {
  const said = await readFile(folder.logFile).catch(() => Buffer.alloc(0));
  return said.subarray(from).toString('utf8').trim().split('\n').slice(-12).join('\n');
}

export type StartFailure = 'port-taken' | 'still-ending' | 'already-running' | 'other';

/** Why a server did not come up, from its own words (it speaks English, as we set its locale). */
export function whyNotStarted(tail: string): StartFailure {
  if (/Address already in use|could not create any TCP\/IP sockets/.test(tail)) return 'port-taken';
  if (/pre-existing shared memory block/.test(tail)) return 'still-ending';
  if (/lock file "postmaster\.pid" already exists/.test(tail)) return 'already-running';
  return 'other';
}
