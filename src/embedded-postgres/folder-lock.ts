import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import type { DataFolder } from './data-folder.js';

/** A holder renews its lock each second; one silent for so long was killed. */
const STALE_MS = 5_000;
const RENEW_MS = 1_000;
const LOOK_AGAIN_MS = 100;
/** A first start on a slow disk, and a recovery after a crash, are done under the lock. */
const PATIENCE_MS = 300_000;

/** Calls `body` while no other process, and no other call in this one, holds the folder. */
export async function lockFolder<T>(
  folder: DataFolder,
  log: (sentence: string) => void,
  body: () => Promise<T>,
): Promise<T> {
  const release = await acquire(folder, log);
  try {
    return await body();
  } finally {
    // A lock that was taken from us is released by whoever has it now.
    await release().catch(() => undefined);
  }
}

async function acquire(
  folder: DataFolder,
  log: (sentence: string) => void,
): Promise<() => Promise<void>> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (let waited = false; ; waited = true) {
    try {
      return await lock(folder.path, {
        lockfilePath: folder.lock,
        stale: STALE_MS,
        update: RENEW_MS,
        onCompromised: () => {
          log(`The lock ${folder.lock} was taken over: this process was stopped for too long.`);
        },
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    }
    if (!waited) log('Waiting for another process that starts or stops the database.');
    if (Date.now() > giveUpAt) {
      throw new Error(
        `Another process has held ${folder.lock} for ${PATIENCE_MS / 60_000} minutes. ` +
          'End it, or set DATABASE_URL to a server of your own.',
      );
    }
    await sleep(LOOK_AGAIN_MS);
  }
}
