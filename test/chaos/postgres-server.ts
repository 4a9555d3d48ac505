import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVersion } from '../../src/embedded-postgres/binaries.js';
import { initialise } from '../../src/embedded-postgres/initialise.js';
import { runAs, type ServerUser } from '../../src/embedded-postgres/run-as.js';
import { settle, type Settled } from '../../src/embedded-postgres/settle.js';
import { startServer } from '../../src/embedded-postgres/start-server.js';

/** A durable PostgreSQL of this run's own, which can be made to crash. */
export class PostgresServer {
  private constructor(
    readonly version: string,
    readonly url: string,
    private readonly settled: Settled,
  ) {}

  static async start(): Promise<PostgresServer> {
    const settled = await settle(mkdtempSync(join(tmpdir(), 'carillon-chaos-db-')), silence);
    const version = await readVersion(settled.binaries);
    await initialise(settled, version, true, silence);
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

  async remove(): Promise<void> {
    await this.stop('immediate').catch(() => undefined);
    await rm(this.settled.folder.path, { recursive: true, force: true });
  }

  private async stop(mode: 'immediate' | 'fast'): Promise<void> {
    const { binaries, user, folder } = this.settled;
    await runAs(user, binaries.pgCtl, ['stop', `--pgdata=${folder.cluster}`, `--mode=${mode}`]);
  }
}

const launch = ({ folder, binaries, user }: Settled) =>
  startServer(folder, binaries, user, { fsync: 'on', log_lock_waits: 'on' }, silence);

const silence = () => undefined;
