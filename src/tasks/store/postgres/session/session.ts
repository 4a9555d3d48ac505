import pg from 'pg';
import { boundedQuery } from './bounded-query.js';
import type { SessionSettings } from './session-settings.js';
import type { Statement } from './statement.js';

/**
 * One connection that is opened when it is first needed, and anew after it broke. Whatever belongs
 * to the session (advisory locks) goes with it.
 */
export class Session {
  private client: Promise<pg.Client> | null = null;
  private closed = false;
  private opened = 0;

  /** @param limits what each transaction must be given; null: the session has it from its start */
  constructor(
    private readonly config: pg.ClientConfig,
    private readonly limits: SessionSettings | null,
  ) {}

  async query<Row>(
    { text }: Statement,
    values: readonly unknown[],
    answerMs: number,
  ): Promise<Row[]> {
    const client = await this.open();
    try {
      return await boundedQuery(client, { text, values, query_timeout: answerMs }, this.limits);
    } catch (error) {
      // What became of the statement is unknown, and so is what the session now holds.
      await this.reset();
      throw error;
    }
  }

  /** Opens the connection if need be, and tells which one it is: what belongs to it is known by that. */
  async current(): Promise<number> {
    await this.open();
    return this.opened;
  }

  /** Whether it is this one that is open now. */
  isOpen(opened: number): boolean {
    return this.client !== null && this.opened === opened;
  }

  async reset(): Promise<void> {
    const client = this.client;
    this.client = null;
    const opened = await client?.catch(() => null);
    if (opened) drop(opened);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.reset();
  }

  private open(): Promise<pg.Client> {
    if (this.closed) return Promise.reject(new Error('the session is closed'));
    this.client ??= this.connect();
    return this.client;
  }

  private async connect(): Promise<pg.Client> {
    this.opened++;
    const client = new pg.Client(this.config);
    const forget = () => {
      this.client = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      return client;
    } catch (error) {
      forget();
      drop(client);
      throw error;
    }
  }
}

/** Not waited for: a connection that does not answer would not answer this either. */
function drop(client: pg.Client): void {
  client.removeAllListeners('end');
  client.end().catch(() => undefined);
}
