import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import type { DataFolder } from './data-folder.js';
import { choosePort, isFree } from './port.js';
import { findRunningServer, type RunningServer } from './running-server.js';
import { whyNotStarted } from './server-log.js';
import { spawnServer } from './server-process.js';
import type { ServerUser } from './run-as.js';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // Many nodes on one machine, each with a pool; unused ones cost next to nothing.
  max_connections: '300',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

const TRIES = 20;
const AGAIN_MS = 500;

/** Starts the server on a port that is free, which it remembers for the next time. */
export async function startServer(
  folder: DataFolder,
  binaries: Binaries,
  user: ServerUser | null,
  settings: Readonly<Record<string, string>>,
  log: (sentence: string) => void,
): Promise<RunningServer> {
  const refused = new Set<number>();
  for (let tries = 1; ; tries++) {
    const port = await portFor(folder, refused, log);
    const all = { ...SETTINGS, ...settings, port: String(port) };
    const started = await spawnServer(folder, binaries, user, all);
    if ('url' in started) {
      await folder.rememberPort(port);
      return started;
    }
    const failure = whyNotStarted(started.tail);
    if (failure === 'other' || tries === TRIES) throw notStarted(folder, started.tail);
    if (failure === 'port-taken') refused.add(port);
    if (failure === 'already-running') {
      const running = await findRunningServer(folder, log);
      if (running) return running;
    }
    // The children of a server that was killed take a moment to notice.
    if (failure === 'still-ending') await sleep(AGAIN_MS);
  }
}

async function portFor(
  folder: DataFolder,
  refused: ReadonlySet<number>,
  log: (sentence: string) => void,
): Promise<number> {
  const remembered = await folder.rememberedPort();
  const port = await choosePort(
    remembered,
    async (candidate) => !refused.has(candidate) && (await isFree(candidate)),
  );
  if (remembered !== null && port !== remembered) {
    log(`Port ${remembered} is taken by another program: PostgreSQL gets port ${port}.`);
  }
  return port;
}

function notStarted(folder: DataFolder, tail: string): Error {
  return new Error(
    `PostgreSQL did not start in ${folder.path}. It said:\n${tail}\n` +
      'Free what is named there and start again, or set DATABASE_URL to a server of your own.',
  );
}
