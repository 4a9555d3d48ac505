import type { Random } from './random.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { Timeline } from './timeline.js';

/** How requests travel: they pass, are lost, or arrive when the way is free again. */
export type Way = 'open' | 'lost' | 'held';

/** The server of the database, which may be away for everybody. */
export interface Server {
  away: boolean;
}

/** The server drops a connection on which it has heard nothing for so long. */
const KEEP_ALIVE_MS = 4_000;

/**
 * The way between one node and the database. A request travels, has its effect, and the answer
 * travels back; each of the three can fail, and the node cannot tell which of them did.
 */
export class Link {
  requests: Way = 'open';
  answers: 'open' | 'lost' = 'open';
  /** Chance that a connection breaks before the effect, and after it. */
  breaksBefore = 0;
  breaksAfter = 0;
  /** Requests and answers take up to so long more than usual. */
  slowMs = 0;
  /** What is done when the way is free again: TCP sends again what was lost. */
  private readonly healed: (() => void)[] = [];

  constructor(
    private readonly timeline: Timeline,
    private readonly process: SimulatedProcess,
    private readonly server: Server,
    private readonly random: Random,
  ) {}

  get isWhole(): boolean {
    return this.requests === 'open' && this.answers === 'open' && !this.server.away;
  }

  /** @param answerMs a request that has no answer by then has failed, as far as the node knows */
  ask<T>(answerMs: number, effect: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle = (cause: 'timer' | 'message', how: () => void) =>
        this.process.pass(cause, () => {
          if (settled) return;
          settled = true;
          forget();
          how();
        });
      const forget = this.timeline.after(answerMs, () =>
        settle('timer', () => reject(new Error('Query read timeout'))),
      );
      const broken = () =>
        settle('message', () => reject(new Error('Connection terminated unexpectedly')));
      const answer = (how: () => void) => {
        if (this.random.chance(this.breaksAfter)) return broken();
        if (this.answers === 'lost') return this.again(() => settle('message', how));
        const travelMs = this.travelMs();
        if (travelMs < 0.2) settle('message', how);
        else this.timeline.after(travelMs, () => settle('message', how));
      };
      const arrive = () => {
        if (this.server.away || this.random.chance(this.breaksBefore)) return broken();
        effect().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        );
      };
      this.send(arrive, broken);
    });
  }

  /** Something that the server says unasked. False: it does not come through. */
  tell(heard: () => void): boolean {
    if (this.answers === 'lost' || this.requests !== 'open' || this.server.away) return false;
    this.timeline.after(this.travelMs(), () => this.process.pass('message', heard));
    return true;
  }

  /** The node drops a connection. The server learns it at once, or when it misses it. */
  drop(ended: () => void): void {
    if (this.isWhole) return ended();
    let open = true;
    const once = () => {
      if (open) ended();
      open = false;
    };
    this.healed.push(once);
    this.timeline.after(KEEP_ALIVE_MS, once);
  }

  /** Everything is as it should be again, and what was held arrives. */
  heal(): void {
    this.requests = 'open';
    this.answers = 'open';
    this.breaksBefore = 0;
    this.breaksAfter = 0;
    this.slowMs = 0;
    // They came by different connections, so in any order.
    for (const action of this.healed.splice(0)) this.timeline.after(this.travelMs(), action);
  }

  private send(arrive: () => void, broken: () => void): void {
    if (this.requests === 'open') this.timeline.after(this.travelMs(), arrive);
    else this.healed.push(this.requests === 'held' ? arrive : broken);
  }

  /** An answer that was lost comes late, unless its connection was given up meanwhile. */
  private again(answer: () => void): void {
    const lostAt = this.timeline.now;
    this.healed.push(() => {
      if (this.timeline.now - lostAt < KEEP_ALIVE_MS) answer();
    });
  }

  private travelMs(): number {
    return 0.05 + this.random.next() ** 4 * 3 + this.random.next() * this.slowMs;
  }
}
