import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import type { DataFolder } from './data-folder.js';
import { runAs, spawnOptionsFor, type ServerUser } from './run-as.js';
import { answering, readPostmasterFile, type RunningServer } from './running-server.js';
import { tailOf } from './server-log.js';

const LOOK_AGAIN_MS = 50;
/** Recovery after a crash replays what was written since the last checkpoint. */
const PATIENCE_MS = 120_000;

/** What the server said before it gave up. */
export interface NotStarted {
  readonly tail: string;
}

/** Spawns the server and waits until it takes connections, or has ended. */
export async function spawnServer(
  folder: DataFolder,
  binaries: Binaries,
  user: ServerUser | null,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer | NotStarted> {
  const log = await open(folder.logFile, 'a', 0o600);
  try {
    if (user) await log.chown(user.uid, user.gid);
    const { size } = await log.stat();
    const server = spawn(binaries.postgres, ['-D', folder.cluster, ...asArguments(settings)], {
      ...spawnOptionsFor(user),
      // A session of its own: no signal to our process group, no terminal's Ctrl-C reaches it.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    server.unref();
    let ended: string | null = null;
    server.once('error', (error) => (ended = error.message));
    server.once('exit', (code, signal) => (ended ??= `It ended with ${signal ?? `code ${code}`}.`));
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (ended === null && Date.now() < giveUpAt) {
      const file = await readPostmasterFile(folder);
      const running = file && file.pid === server.pid ? await answering(folder, file) : null;
      if (running) return running;
      await sleep(LOOK_AGAIN_MS);
    }
    const reason = ended ?? `It took no connections for ${PATIENCE_MS / 1_000} s.`;
    return { tail: `${await tailOf(folder, size)}\n${reason}`.trim() };
  } finally {
    await log.close();
  }
}

export function asArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** A fast shutdown: clients are cut off, what was committed is written out. */
export async function stopServer(
  folder: DataFolder,
  binaries: Binaries,
  user: ServerUser | null,
): Promise<void> {
  await runAs(user, binaries.pgCtl, [
    'stop',
    `--pgdata=${folder.cluster}`,
    '--mode=fast',
    '--wait',
    '--timeout=60',
  ]).catch((cause: unknown) => {
    throw new Error(
      `PostgreSQL in ${folder.path} did not stop; see ${folder.logFile}. ` +
        'The next start joins it, or end the process named in its postmaster.pid.',
      { cause },
    );
  });
}
