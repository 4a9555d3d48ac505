import type { LockRow } from '../../src/tasks/domain/lease.js';
import type { EngineStore } from '../../src/tasks/store/engine-store.js';
import type { Fire, FireLedger } from '../../src/tasks/store/fire-ledger.js';
import type { JobCare } from '../../src/tasks/store/job-store.js';
import type { Kept } from '../../src/tasks/store/history.js';
import { LeaderLock, type Acquired } from '../../src/tasks/store/leader-lock.js';
import type {
  Claim,
  NewRunLine,
  Outcome,
  RunProgress,
  Unstarted,
  RunQueue,
} from '../../src/tasks/store/run-queue.js';
import type { RunSums } from '../../src/tasks/store/run-sums.js';
import { WAKE_UPS, WakeUps, type WakeUp } from '../../src/tasks/store/wake-ups.js';
import type { Link } from './link.js';

/** How long the real store waits for an answer: about the lease, and otherwise. */
const LEASE_ANSWER_MS = 1_000;
const ANSWER_MS = 6_000;

/** Every port of a node's store, by way of its link. */
export function faultyStore(makeStore: () => EngineStore, link: Link): FaultyStore {
  const store = makeStore();
  const { fires, history, queue, sums, roster, care } = store;
  const ask = <T>(effect: () => Promise<T>) => link.ask(ANSWER_MS, effect);
  const lock = new FaultyLock(() => makeStore().lock, link);
  const wakeUps = new FaultyWakeUps(store.wakeUps, link);
  return {
    lock,
    wakeUps,
    fires: {
      due: (...asked: Parameters<FireLedger['due']>) => ask(() => fires.due(...asked)),
      fire: (token: number, pauses: number, all: readonly Fire[], wantsRows?: boolean) =>
        ask(() => fires.fire(token, pauses, all, wantsRows)),
      release: (token: number) => ask(() => fires.release(token)),
      atWork: () => ask(() => fires.atWork()),
      settle: (token: number, alive?: readonly string[]) => ask(() => fires.settle(token, alive)),
    },
    history: { prune: (what: Kept, from?: Date | null) => ask(() => history.prune(what, from)) },
    queue: {
      claim: (...asked: Parameters<RunQueue['claim']>) => ask(() => queue.claim(...asked)),
      claimed: () => ask(() => queue.claimed()),
      giveBack: (claims: readonly Unstarted[]) => ask(() => queue.giveBack(claims)),
      finish: (outcomes: readonly Outcome[]) => ask(() => queue.finish(outcomes)),
      returned: (claims: readonly Claim[]) => ask(() => queue.returned(claims)),
      report: (lines: readonly NewRunLine[], progress: readonly RunProgress[]) =>
        ask(() => queue.report(lines, progress)),
    },
    sums: {
      count: (...asked: Parameters<RunSums['count']>) => ask(() => sums.count(...asked)),
      recount: (...asked: Parameters<RunSums['recount']>) => ask(() => sums.recount(...asked)),
      judge: (...asked: Parameters<RunSums['judge']>) => ask(() => sums.judge(...asked)),
    },
    roster: {
      register: () => ask(() => roster.register()),
      beat: () => ask(() => roster.beat()),
      leave: () => ask(() => roster.leave()),
    },
    ...(care && {
      care: { care: (...asked: Parameters<JobCare['care']>) => ask(() => care.care(...asked)) },
    }),
    async close() {
      await Promise.all([lock.close(), wakeUps.close()]);
    },
  };
}

export interface FaultyStore extends EngineStore {
  readonly lock: FaultyLock;
  readonly wakeUps: FaultyWakeUps;
}

/** A connection that failed is dropped, and what it held goes when the server knows of it. */
export class FaultyLock extends LeaderLock {
  readonly canWatch: boolean;
  private session: LeaderLock;

  constructor(
    private readonly connect: () => LeaderLock,
    private readonly link: Link,
  ) {
    super();
    this.session = connect();
    this.canWatch = this.session.canWatch;
  }

  read(): Promise<LockRow> {
    return this.ask((session) => session.read());
  }

  watch(fencingToken: number, atMostMs: number): Promise<boolean> {
    return this.ask((session) => session.watch(fencingToken, atMostMs), atMostMs);
  }

  takeOver(observed: number, sessionGone: boolean): Promise<Acquired | null> {
    return this.ask((session) => session.takeOver(observed, sessionGone));
  }

  renew(acquired: Acquired): Promise<boolean> {
    return this.ask((session) => session.renew(acquired));
  }

  async resign(fencingToken: number): Promise<boolean> {
    const resigned = await this.ask((session) => session.resign(fencingToken));
    await this.reset();
    return resigned;
  }

  /** The node gives its connection up. */
  async reset(): Promise<void> {
    const { session } = this;
    this.session = this.connect();
    this.link.drop(() => void session.close());
  }

  /** The server ended the connection. */
  async cut(): Promise<void> {
    await this.session.close();
  }

  close(): Promise<void> {
    return this.reset();
  }

  private async ask<T>(question: (session: LeaderLock) => Promise<T>, waitMs = 0): Promise<T> {
    const { session } = this;
    try {
      return await this.link.ask(LEASE_ANSWER_MS + waitMs, () => question(session));
    } catch (error) {
      if (this.session === session) await this.reset();
      throw error;
    }
  }
}

/** Some wake-ups are lost, and after a break the listener is told that there may have been some. */
export class FaultyWakeUps extends WakeUps {
  readonly canHear: boolean;
  private heard: ((wakeUp: WakeUp) => void) | null = null;

  constructor(
    private readonly inner: WakeUps,
    private readonly link: Link,
  ) {
    super();
    this.canHear = inner.canHear;
  }

  listen(heard: (wakeUp: WakeUp) => void): void {
    this.heard = heard;
    this.inner.listen((wakeUp) => void this.link.tell(() => heard(wakeUp)));
  }

  /** The connection was opened anew. */
  reconnected(): void {
    const { heard } = this;
    if (!this.canHear || heard === null) return;
    for (const wakeUp of WAKE_UPS) this.link.tell(() => heard(wakeUp));
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
