import { availableParallelism } from 'node:os';
import type { Piscina } from 'piscina';
import type { ThreadCall } from './runner-options.js';
import type { ThreadTask } from './thread-entry.js';

/** A worker without work ends after so long, in ms. */
const IDLE_MS = 60_000;

/**
 * Worker threads for work that keeps a core busy. As many as there are cores work at once; what comes
 * on top waits its turn. A call whose signal aborts has its worker ended, and the next gets a new one.
 */
export class ThreadPool {
  private pool: Promise<Piscina> | null = null;

  /**
   * @param threads Default: one for each core.
   * @param entry what a worker runs: `thread-entry`, which Node must be able to load as it is
   */
  constructor(
    private readonly threads = availableParallelism(),
    private readonly entry = new URL('./thread-entry.js', import.meta.url),
  ) {}

  readonly call = async (...[entry, payload, run, signal]: ThreadCall): Promise<unknown> => {
    const { module, export: name = 'default' } = entry;
    const pool = await (this.pool ??= this.open());
    try {
      const task: ThreadTask = { module: String(module), name, payload, run };
      return await pool.run(task, { signal });
    } catch (error) {
      // Piscina's own error says only that it was aborted.
      throw signal.aborted ? signal.reason : error;
    }
  };

  /** Ends all workers. The next call opens the pool anew. */
  async close(): Promise<void> {
    const { pool } = this;
    this.pool = null;
    await (await pool)?.destroy();
  }

  /** Only a host that has such tasks pays for it. */
  private async open(): Promise<Piscina> {
    const { Piscina: Pool } = await import('piscina');
    return new Pool({
      filename: this.entry.href,
      minThreads: 0,
      maxThreads: this.threads,
      idleTimeout: IDLE_MS,
    });
  }
}
