import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVersion } from '../../src/embedded-postgres/binaries.js';
import { initialise } from '../../src/embedded-postgres/initialise.js';
import { runAs, type ServerUser } from '../../src/embedded-postgres/run-as.js';
import { readPostmasterFile } from '../../src/embedded-postgres/running-server.js';
import { settle, type Settled } from '../../src/embedded-postgres/settle.js';
import { initialisePlain, STOCK_MISSING, stockBinaries } from '../support/stock-postgres.js';
import { stopServer } from './stopped-server.js';
import { startServer } from '../../src/embedded-postgres/start-server.js';

export const SERVERS = ['stock', 'embedded'] as const;
export type ServerKind = (typeof SERVERS)[number];

/** That of the system's packages where there is one; where there is none it is said aloud. */
export function usualServer(): ServerKind {
  if (stockBinaries() !== null) return 'stock';
  console.warn(STOCK_MISSING);
  return 'embedded';
}

async function settledFor(folder: string, kind: ServerKind): Promise<Settled> {
  const settled = await settle(folder, silence);
  if (kind === 'embedded') return settled;
  const binaries = stockBinaries();
  if (binaries === null) throw new Error(STOCK_MISSING);
  return { ...settled, binaries };
}

/** A durable PostgreSQL of this run's own, which can be made to crash. */
export class PostgresServer {
  private constructor(
    readonly version: string,
    readonly url: string,
    private readonly settled: Settled,
  ) {}

  /** @param kind that of the system's packages, as it was installed; or the one that comes with us */
  static async start(kind: ServerKind): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-chaos-db-'));
    const settled = await settledFor(folder, kind);
    const version = await readVersion(settled.binaries);
    if (kind === 'stock') await initialisePlain(settled, settled.binaries, true);
    else await initialise(settled, version, true, silence);
    const { url } = await launch(settled);
    return new PostgresServer(version, url, settled);
  }

  /** Whom it runs as; null: ourselves. */
  get user(): ServerUser | null {
    return this.settled.user;
  }

  /** Ends it as a power failure would: what is not on disk is gone. */
  crash(): Promise<void> {
    return this.stop('immediate');
  }

  /** Starts it again, on the same port; the rest of the world finds it there. */
  async restart(): Promise<void> {
    await launch(this.settled);
  }

  /** Every process of it. @returns what lets them go on */
  async freeze(): Promise<() => void> {
    const file = await readPostmasterFile(this.settled.folder);
    if (file === null) throw new Error('there is no server to be frozen');
    return stopServer(file.pid);
  }

  async remove(): Promise<void> {
    await this.stop('immediate').catch(() => undefined);
    await rm(this.settled.folder.path, { recursive: true, force: true });
  }

  async stop(mode: 'immediate' | 'fast'): Promise<void> {
    const { binaries, user, folder } = this.settled;
    await runAs(user, binaries.pgCtl, ['stop', `--pgdata=${folder.cluster}`, `--mode=${mode}`]);
  }
}

const launch = ({ folder, binaries, user }: Settled) =>
  startServer(folder, binaries, user, { fsync: 'on', log_lock_waits: 'on' }, silence);

const silence = () => undefined;
