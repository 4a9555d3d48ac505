import type { Clock } from '../domain/clock.js';
import { tasksEvent } from '../domain/events.js';
import type { Log } from '../domain/log.js';
import type { ToRunner } from '../engine/messages.js';
import type { Blocked } from '../store/node-roster.js';
import { BLOCKED_MS, type MainWatch } from './main-watch.js';
import type { SharedState } from './shared-state.js';
import { whatRuns } from './what-runs.js';

export interface BlockedMainParts {
  /** The main thread is blocked, by whom may not be known yet; null: it comes round again. */
  readonly changed: (blocked: Blocked | null) => void;
  /** It was blocked: what is told of it when it can hear. */
  readonly ended: (message: ToRunner) => void;
  readonly log: Log;
  readonly nodeId: string;
}

/**
 * Tells that the main thread is blocked while it is, and by what: it can say nothing itself. The others read it in
 * this node's row; its own log has it when it comes round.
 */
export class BlockedMain {
  private block: { readonly since: Date; by: string | null; readonly at: number } | null = null;

  constructor(
    private readonly watch: MainWatch,
    private readonly shared: SharedState,
    private readonly clock: Clock,
    private readonly parts: BlockedMainParts,
  ) {}

  look(): void {
    const { standsStillMs } = this.watch;
    if (this.block === null && standsStillMs >= BLOCKED_MS) this.begin(standsStillMs);
    else if (this.block !== null && standsStillMs < BLOCKED_MS) this.end(this.block);
  }

  private begin(standsStillMs: number): void {
    const since = new Date(this.clock.now().getTime() - standsStillMs);
    const block = { since, by: null, at: this.clock.monotonic() - standsStillMs };
    this.block = block;
    this.parts.changed({ since, by: null });
    // Whoever is at a breakpoint is not to be let go on.
    if (!this.shared.isDebugged) void this.name(block);
  }

  private async name(block: NonNullable<BlockedMain['block']>): Promise<void> {
    const ticks = this.shared.mainTicks;
    const by = await whatRuns(() => this.shared.mainTicks === ticks);
    if (by === null || this.block !== block) return;
    block.by = by;
    this.parts.changed({ since: block.since, by });
  }

  private end({ since, by, at }: NonNullable<BlockedMain['block']>): void {
    this.block = null;
    this.parts.changed(null);
    const { nodeId, log } = this.parts;
    const ms = Math.round(this.clock.monotonic() - at);
    const event = tasksEvent('node.blocked', this.clock.now(), { nodeId, since, ms, by });
    this.parts.ended({ type: 'event', event });
    log.warn(
      `The event loop was blocked for ${(ms / 1_000).toFixed(1)} s by ${by ?? 'code that could not be named'}. ` +
        'Meanwhile this node started no run and answered no request; the other runs, and the other nodes, were not ' +
        'held up. Move what computes into a worker thread with the "thread" setting of @Task.',
      { event: 'node.blocked', ms, by },
    );
  }
}
