import type { Clock } from '../domain/clock.js';
import type { LeaderFitness } from './leader-fitness.js';

/**
 * Whether anybody leads, as the heartbeats tell it. A node that had to give the lock back says at once that it
 * cannot lead, and goes on to say so until another one does; the others notice that nobody leads.
 */
export class LeaderWatch {
  /** On the monotonic clock; null: somebody leads. */
  private leaderlessSince: number | null = null;
  private ledByAnother = false;

  constructor(
    private readonly fitness: LeaderFitness,
    private readonly leads: () => boolean,
    private readonly leaseMs: number,
    private readonly clock: Clock,
  ) {}

  /** @param led whether somebody led when a heartbeat was answered */
  heard(led: boolean): void {
    this.ledByAnother = led && !this.leads();
    this.leaderlessSince = led ? null : (this.leaderlessSince ?? this.clock.monotonic());
  }

  /** Why nothing is fired, as far as this node knows; null: somebody sees to it. */
  trouble(): string | null {
    const unfit = this.ledByAnother ? null : this.fitness.unfit();
    if (unfit !== null) return `this node cannot lead, and no other does: ${unfit}`;
    if (this.leaderlessSince === null) return null;
    const forMs = this.clock.monotonic() - this.leaderlessSince;
    if (forMs <= this.leaseMs) return null;
    return (
      `no node has led for ${Math.round(forMs / 1_000)} s, so nothing is fired. Start a node with the ` +
      'role "scheduler", or see the logs of those that run for why they cannot lead'
    );
  }
}
