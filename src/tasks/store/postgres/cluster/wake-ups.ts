import pg from 'pg';
import { WAKE_UPS, WakeUps, type WakeUp } from '../../wake-ups.js';
import { clientConfig } from '../session/client-config.js';
import type { PostgresStoreOptions } from '../session/engine-options.js';

/** A connection that broke is opened again after so long, and one that is silent checked so often. */
const RETRY_MS = 1_000;
const CHECK_MS = 15_000;

/** Hears NOTIFY on a connection of its own: one that waits for a lock would hear nothing. */
export class PostgresWakeUps extends WakeUps {
  readonly canHear: boolean;
  private readonly closed = new AbortController();
  private listening: Promise<void> | null = null;

  constructor(private readonly options: PostgresStoreOptions) {
    super();
    this.canHear = options.direct.keepsSession;
  }

  listen(heard: (wakeUp: WakeUp) => void): void {
    if (this.canHear) this.listening ??= this.keepListening(heard);
  }

  async close(): Promise<void> {
    this.closed.abort();
    await this.listening;
  }

  private async keepListening(heard: (wakeUp: WakeUp) => void): Promise<void> {
    const { signal } = this.closed;
    while (!signal.aborted) {
      await this.listenOnce(heard).catch(() => undefined);
      await this.options.clock.sleep(RETRY_MS, signal);
    }
  }

  /** Ends when the connection does. */
  private async listenOnce(heard: (wakeUp: WakeUp) => void): Promise<void> {
    const { schema, direct } = this.options;
    const client = new pg.Client(clientConfig(this.options, direct, 'listen'));
    const over = new AbortController();
    const end = () => over.abort();
    client.on('error', end);
    client.on('end', end);
    this.closed.signal.addEventListener('abort', end);
    client.on('notification', ({ payload }) => {
      const wakeUp = WAKE_UPS.find((known) => known === payload);
      if (wakeUp) heard(wakeUp);
    });
    try {
      await client.connect();
      await client.query(`LISTEN "${schema.channel}"`);
      // What was said while nobody listened is lost.
      for (const wakeUp of WAKE_UPS) heard(wakeUp);
      await this.watch(client, over.signal);
    } finally {
      this.closed.signal.removeEventListener('abort', end);
      client.end().catch(() => undefined);
    }
  }

  /** Nothing tells a listener that its host was cut off: only asking does. */
  private async watch(client: pg.Client, over: AbortSignal): Promise<void> {
    for (;;) {
      await this.options.clock.sleep(CHECK_MS, over);
      if (over.aborted) return;
      await client.query('SELECT 1');
    }
  }
}
