/**
 * A real PostgreSQL for who has none: several processes share one server, and nobody owns it.
 *
 *   join:    lock the folder → server running? join it : start it → open a presence → unlock
 *   release: lock the folder → close the presence → any client left? leave it : stop it → unlock
 *
 * The server stands in a process group of its own, so it outlives whoever started it. A user that
 * is killed needs no clean-up: its connections close, and the server no longer counts it. When all
 * are killed the server goes on, and the next start joins it.
 */
import { resolve } from 'node:path';
import { readVersion, type Binaries } from './binaries.js';
import { binariesFor } from './binary-copy.js';
import { checkMajorVersion, hasCluster } from './data-folder.js';
import { lockFolder } from './folder-lock.js';
import { initialise } from './initialise.js';
import { isUnused, Presence } from './presence.js';
import { findRunningServer, type RunningServer } from './running-server.js';
import { settle, type Settled } from './settle.js';
import { stopServer } from './server-process.js';
import { startServer } from './start-server.js';

export interface EmbeddedPostgres {
  /** Connection URL, with the password, of a superuser on 127.0.0.1. */
  readonly url: string;
  /** Stops the server if nobody else uses it. Close your own connections first. */
  release(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The folder that keeps everything; made if missing. */
  readonly dataDir: string;
  /** Hears what a person would want to know. */
  readonly log: (sentence: string) => void;
  /** Settings of the server besides our own, used when this call starts it. Default: none. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Another PostgreSQL than the installed one. Default: the one of the package for this platform. */
  readonly binaries?: Binaries;
}

/**
 * Joins the server of `dataDir`, which is made and started when it is not there.
 *
 * @throws Error that says what is in the way and how to get past it
 */
export async function joinEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { log, settings = {} } = options;
  const settled = await withBinaries(await settle(resolve(options.dataDir), log), options);
  const presence = await lockFolder(settled.folder, log, async () => {
    const server = await joinOrStart(settled, settings, log);
    return Presence.open(server.url);
  });
  let released: Promise<void> | undefined;
  return {
    url: presence.url,
    release: () => (released ??= leave(settled, presence, log)),
  };
}

/** Those that were asked for, where the server's user can run them. */
async function withBinaries(
  settled: Settled,
  { binaries, log }: EmbeddedPostgresOptions,
): Promise<Settled> {
  if (!binaries) return settled;
  const { user } = settled;
  return { ...settled, binaries: user ? await binariesFor(user, binaries, log) : binaries };
}

async function joinOrStart(
  settled: Settled,
  settings: Readonly<Record<string, string>>,
  log: (sentence: string) => void,
): Promise<RunningServer> {
  const { folder, binaries, user } = settled;
  const version = await readVersion(binaries);
  if (await hasCluster(folder)) await checkMajorVersion(folder, version);
  else await initialise(settled, version, settings['fsync'] !== 'off', log);
  const running = await findRunningServer(folder, log);
  if (running) {
    log(`Joined the PostgreSQL that is running on port ${running.port} (pid ${running.pid}).`);
    return running;
  }
  const started = await startServer(folder, binaries, user, settings, log);
  log(`Started PostgreSQL ${version} on port ${started.port}; its data is in ${folder.path}.`);
  return started;
}

async function leave(
  settled: Settled,
  presence: Presence,
  log: (sentence: string) => void,
): Promise<void> {
  const { folder, binaries, user } = settled;
  await lockFolder(folder, log, async () => {
    await presence.close();
    const server = await findRunningServer(folder, log);
    if (!server || !(await isUnused(server.url))) return;
    await stopServer(folder, binaries, user);
    log('Stopped PostgreSQL, as nobody else uses it.');
  });
}
