import { readdirSync, readFileSync } from 'node:fs';
import { cpuMs } from './bench-cluster.js';
import type { BenchDatabase } from './bench-host.js';

/** From this version on, what was made durable stands in another view. */
const MOVED_IN = 180_000;

/** What a server has done so far. */
export interface ServerLoad {
  readonly transactions: number;
  /** How often its log was made durable. */
  readonly syncs: number;
  readonly cpuMs: number;
}

export async function serverLoad({ pid, query }: BenchDatabase): Promise<ServerLoad> {
  const [server] = await query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  );
  const syncs =
    server!.version < MOVED_IN
      ? 'SELECT wal_sync FROM pg_stat_wal'
      : `SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'`;
  const [row] = await query<Omit<ServerLoad, 'cpuMs'>>(
    `SELECT (xact_commit + xact_rollback)::float8 AS transactions, (${syncs})::float8 AS syncs
     FROM pg_stat_database WHERE datname = current_database()`,
  );
  return { ...row!, cpuMs: tree(pid).reduce((sum, one) => sum + cpuMs(one), 0) };
}

/** A process and those that it has started. */
function tree(root: number): number[] {
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && parentOf(name) === root,
  );
  return [root, ...children.map(Number)];
}

function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]);
  } catch {
    return 0;
  }
}
