import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import type { EngineStore } from 'carillon';
import { Random } from '../simulation/random.js';

/**
 * What happens at a place: the process stops or dies there, its thread ends or computes without a pause, it waits,
 * or the step fails.
 */
export type Action = 'stop' | 'kill' | 'end-thread' | 'spin' | 'delay' | 'fail';

/** A named place and what happens when the process comes by. */
export interface Arming {
  /** Such as `fires.fire:after`; `*` stands for every place. */
  readonly place: string;
  readonly action: Action;
  /** For `delay` and `spin`. Default: 0. */
  readonly ms?: number;
  /** How likely it is each time. Default: 1. */
  readonly chance?: number;
  /** Only the n-th time from now, counted from 1. Default: every time. */
  readonly nth?: number;
}

/** What all threads of a process are told. */
interface Orders {
  readonly armings: readonly Arming[];
  readonly seed: number;
}

/** How long a process may take to stop, in ms. */
const STOPS_MS = 20;

/** How long another thread may take to hear of it, in ms. */
const ORDERS_MS = 500;

/**
 * Places around every statement of the engine, at which a test can stop the process or let a step
 * fail. `fires.fire:after` with `fail` is the fire whose effect happened and whose answer was lost.
 */
export class Failpoints {
  private armed: { arming: Arming; seen: number }[] = [];
  private random = new Random(0);
  /** To the places in the other threads of this process. */
  private readonly others = new BroadcastChannel('failpoints');
  private heard: () => void = () => undefined;

  constructor() {
    this.others.unref();
    this.others.onmessage = (event) => {
      const { data } = event as { readonly data: Orders | 'heard' };
      if (data === 'heard') return this.heard();
      this.armHere(data);
      this.others.postMessage('heard');
    };
  }

  /** Replaces whatever was armed, here and in the other threads. */
  async arm(armings: readonly Arming[], seed: number): Promise<void> {
    this.armHere({ armings, seed });
    const heard = new Promise<void>((resolve) => {
      this.heard = resolve;
    });
    this.others.postMessage({ armings, seed } satisfies Orders);
    // There may be no other, or it may stand still.
    await Promise.race([heard, sleep(ORDERS_MS)]);
  }

  armHere({ armings, seed }: Orders): void {
    this.armed = armings.map((arming) => ({ arming, seen: 0 }));
    this.random = new Random(seed);
  }

  async reach(place: string): Promise<void> {
    for (const entry of this.armed) {
      const { arming } = entry;
      if (arming.place !== place && arming.place !== '*') continue;
      entry.seen++;
      if (arming.nth !== undefined && entry.seen !== arming.nth) continue;
      if (!this.random.chance(arming.chance ?? 1)) continue;
      await act(arming, place);
    }
  }

  /** The same store with a place before and after each statement. */
  around(store: EngineStore): EngineStore {
    return {
      lock: this.withPlaces('lock', store.lock),
      fires: this.withPlaces('fires', store.fires),
      history: this.withPlaces('history', store.history),
      queue: this.withPlaces('queue', store.queue),
      sums: this.withPlaces('sums', store.sums),
      roster: this.withPlaces('roster', store.roster),
      ...(store.care && { care: this.withPlaces('care', store.care) }),
      ...(store.transactions && {
        transactions: this.withPlaces('transactions', store.transactions),
      }),
      wakeUps: store.wakeUps,
      close: () => store.close(),
    };
  }

  private withPlaces<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== 'function') return member;
        const method = member as (...args: unknown[]) => unknown;
        if (NO_STATEMENT.has(property)) return method.bind(target);
        return async (...args: unknown[]) => {
          await this.reach(`${name}.${String(property)}:before`);
          const answer = await method.apply(target, args);
          await this.reach(`${name}.${String(property)}:after`);
          return answer;
        };
      },
    });
  }
}

const NO_STATEMENT = new Set<string | symbol>(['reset', 'close', 'constructor']);

async function act({ action, ms = 0 }: Arming, place: string): Promise<void> {
  switch (action) {
    case 'stop':
      process.kill(process.pid, 'SIGSTOP');
      // Another thread may be the first to stop: this one goes no further before all have.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STOPS_MS);
      return;
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'end-thread':
      // Of the main thread that would be the end of the process, in good order.
      if (!isMainThread) process.exit(1);
      return;
    case 'spin':
      for (const until = performance.now() + ms; performance.now() < until;);
      return;
    case 'delay':
      await sleep(ms);
      return;
    case 'fail':
      throw new Error(`failpoint ${place}`);
  }
}
