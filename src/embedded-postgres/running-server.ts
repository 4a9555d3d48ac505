import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DataFolder } from './data-folder.js';
import { commandOf, isAlive } from './processes.js';
import { tailOf } from './server-log.js';

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
}

/** A server that another process has just started may still be recovering from a crash. */
const PATIENCE_MS = 120_000;
const LOOK_AGAIN_MS = 100;

/**
 * The server that serves this folder; null if none does.
 *
 * PostgreSQL leaves a `postmaster.pid` behind when it is killed, and the pid in it may be anybody's
 * by now. Believed is only a process whose command line names this folder.
 */
export async function findRunningServer(
  folder: DataFolder,
  log: (sentence: string) => void,
): Promise<RunningServer | null> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    const file = await readPostmasterFile(folder);
    if (!file || !isAlive(file.pid)) return null;
    const command = await commandOf(file.pid);
    if (command !== null && !serves(command, folder.cluster)) {
      log(`Process ${file.pid} in postmaster.pid is no PostgreSQL of this folder: ignoring it.`);
      // PostgreSQL would take the process for a server and refuse to start.
      await rm(join(folder.cluster, 'postmaster.pid'), { force: true });
      return null;
    }
    const server = await answering(folder, file);
    if (server) return server;
    if (Date.now() > giveUpAt) throw await silent(folder, file.pid);
    await sleep(LOOK_AGAIN_MS);
  }
}

/** The server if it takes connections by now; null if it does not yet, or no more. */
export async function answering(
  folder: DataFolder,
  { pid, port }: PostmasterFile,
): Promise<RunningServer | null> {
  if (port === null) return null;
  const url = await folder.urlAt(port);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === folder.cluster ? { pid, port, url } : null;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code !== WRONG_PASSWORD) return null;
    throw new Error(
      `PostgreSQL on port ${port} (pid ${pid}) refuses the password in ${folder.passwordFile}. ` +
        'Restore that file, or stop the server and move the folder away.',
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

const WRONG_PASSWORD = '28P01';

export interface PostmasterFile {
  readonly pid: number;
  /** Null while the server is only beginning to start. */
  readonly port: number | null;
}

export async function readPostmasterFile(folder: DataFolder): Promise<PostmasterFile | null> {
  const text = await readFile(join(folder.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  return parsePostmasterFile(text);
}

/** Its lines: pid, data folder, start, port, socket folder, address, shared memory, status. */
export function parsePostmasterFile(text: string): PostmasterFile | null {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const port = Number(lines[3]);
  return { pid, port: Number.isInteger(port) && port > 0 ? port : null };
}

/** Whether a command line is that of the server of this folder. */
export function serves(command: string, cluster: string): boolean {
  const [program = '', rest = ''] = command.split(/ -D (.*)/s);
  return /postgres(\.exe)?$/.test(program) && `${rest} `.startsWith(`${cluster} `);
}

async function silent(folder: DataFolder, pid: number): Promise<Error> {
  return new Error(
    `PostgreSQL (pid ${pid}) is there but takes no connections. The end of ${folder.logFile}:\n` +
      `${await tailOf(folder)}\nEnd that process and start again, or set DATABASE_URL.`,
  );
}
