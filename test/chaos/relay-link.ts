import type { Socket } from 'node:net';
import type { Random } from '../simulation/random.js';

/** What becomes of the bytes of one direction. */
export type Passage =
  | { readonly kind: 'pass' }
  /** Held back until it passes again; the sender's buffers fill up. */
  | { readonly kind: 'stall' }
  /** Taken and thrown away. */
  | { readonly kind: 'swallow' }
  /** A few bytes at a time, in order. */
  | { readonly kind: 'drip'; readonly bytesPerSecond: number }
  | { readonly kind: 'delay'; readonly ms: number; readonly jitterMs: number };

const DROP_BYTES = 20;

/** `up`: from the node to the database. */
export type Direction = 'up' | 'down';

export type Passages = Record<Direction, Passage>;

/** One connection through a relay. */
export class RelayLink {
  /** Bytes were thrown away: it cannot go on when all is well again. */
  isSpoilt = false;
  private losesAnswer = false;
  private readonly last: Record<Direction, Promise<void>> = {
    up: Promise.resolve(),
    down: Promise.resolve(),
  };

  constructor(
    /** Where the bytes of a direction come from. */
    private readonly from: Readonly<Record<Direction, Socket>>,
    private readonly passages: Readonly<Passages>,
    private readonly random: Random,
    private readonly ended: () => void,
  ) {
    for (const direction of ['up', 'down'] as const) {
      const socket = from[direction];
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.close();
        this.ended();
      });
    }
  }

  /** Applies what has become of the passages. */
  follow(): void {
    for (const direction of ['up', 'down'] as const) {
      if (this.passages[direction].kind === 'stall') this.from[direction].pause();
      else this.from[direction].resume();
    }
  }

  carry(direction: Direction, bytes: Buffer): void {
    if (direction === 'down' && this.losesAnswer) return this.close();
    const passage = this.passages[direction];
    if (passage.kind === 'swallow') {
      this.isSpoilt = true;
      return;
    }
    if (passage.kind === 'drip') return this.drip(direction, bytes);
    const ms = passage.kind === 'delay' ? passage.ms + this.random.between(0, passage.jitterMs) : 0;
    const to = this.from[direction === 'up' ? 'down' : 'up'];
    // In order, also when one chunk waits longer than the next.
    this.last[direction] = Promise.all([this.last[direction], wait(ms)]).then(() => {
      if (!to.destroyed) to.write(bytes);
    });
  }

  /** What is still to come when all is well again comes at once. */
  private drip(direction: Direction, bytes: Buffer): void {
    const to = this.from[direction === 'up' ? 'down' : 'up'];
    this.last[direction] = this.last[direction].then(async () => {
      for (let at = 0; at < bytes.length && !to.destroyed; at += DROP_BYTES) {
        const passage = this.passages[direction];
        if (passage.kind === 'drip') await wait((DROP_BYTES / passage.bytesPerSecond) * 1_000);
        if (!to.destroyed) to.write(bytes.subarray(at, at + DROP_BYTES));
      }
    });
  }

  /** What the server says next is lost, and the connection with it. */
  loseAnswer(): void {
    this.losesAnswer = true;
  }

  reset(): void {
    this.from.up.resetAndDestroy();
    this.from.down.resetAndDestroy();
  }

  close(): void {
    this.from.up.destroy();
    this.from.down.destroy();
  }
}

const wait = (ms: number) =>
  ms > 0 ? new Promise<void>((done) => void setTimeout(done, ms)) : Promise.resolve();
