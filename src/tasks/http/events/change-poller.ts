import { Injectable } from '@nestjs/common';
import { Clock } from '../../domain/clock.js';
import { ChangeFeed, type Change, type Changes } from '../../store/change-feed.js';
import { TasksLogger } from '../../node/tasks-logger.js';

/** What a listener is told. `reset`: too much has happened to tell it all, so read everything anew. */
export type FeedEvent = Change | { readonly kind: 'reset' };

export type Listener = (events: readonly FeedEvent[], at: Date) => void;

const EVERY_MS = 1_000;

/** What is committed so long after it was stamped is still seen. */
const LATE_MS = 3_000;

/** So many changes are told at once; beyond that it is cheaper to read everything anew. */
const MOST = 500;

/** While there is too much to tell all the time, everything is to be read anew this often only. */
const RESET_EVERY_MS = 15_000;

/** Whoever was away for longer reads everything anew. */
const MAX_AWAY_MS = 300_000;

/**
 * Tells this node's listeners what has changed in the whole cluster.
 *
 * One poll a second, however many listen, and none while nobody does. Each asks from a little before
 * the last one on, since a transaction that stamps first may commit last, and leaves out what it has
 * told before: so nothing is told twice, and only what takes longer than three seconds to commit is
 * missed. While the database is away nothing is told; it goes on from where it was.
 */
@Injectable()
export class ChangePoller {
  private readonly logger = new TasksLogger('TasksHttp');
  private readonly listeners = new Set<Listener>();
  private stop: AbortController | null = null;
  /** By the monotonic clock: those who come and go do not make it ask more often. */
  private nextAt = 0;
  private isFailing = false;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
  ) {}

  /** @returns what ends it */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    if (this.stop === null) {
      this.stop = new AbortController();
      void this.poll(this.stop.signal);
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stop?.abort();
      this.stop = null;
    };
  }

  /** What has happened since somebody was last told something. */
  async missed(since: Date): Promise<{ readonly events: readonly FeedEvent[]; readonly at: Date }> {
    const { now } = await this.feed.since(null, MOST);
    const away = now.getTime() - since.getTime();
    if (away < 0 || away > MAX_AWAY_MS) return { events: [{ kind: 'reset' }], at: now };
    const found = await this.feed.since(earlier(since), MOST);
    return { events: told(found, new Set()), at: found.now };
  }

  private async poll(signal: AbortSignal): Promise<void> {
    let last: Date | null = null;
    let known = new Set<string>();
    const resets = new Resets(this.clock);
    for (;;) {
      await this.clock.sleep(Math.max(0, this.nextAt - this.clock.monotonic()), signal);
      if (signal.aborted) return;
      this.nextAt = this.clock.monotonic() + EVERY_MS;
      try {
        const found: Changes = await this.feed.since(last && earlier(last), MOST);
        const events = resets.inPlaceOf(told(found, known));
        // What was read this time is all that can be read again the next time.
        known = new Set(found.changes.map(({ key }) => key));
        last = found.now;
        this.isFailing = false;
        if (events.length > 0 && !signal.aborted) this.tell(events, found.now);
      } catch (error) {
        if (!this.isFailing) this.logger.warn(`Changes cannot be told now: ${String(error)}`);
        this.isFailing = true;
      }
    }
  }

  private tell(events: readonly FeedEvent[], at: Date): void {
    for (const listener of this.listeners) {
      try {
        listener(events, at);
      } catch (error) {
        // The connection of one is no reason to keep from the others what will not be told again.
        this.logger.warn(`A listener could not be told of changes: ${String(error)}`);
      }
    }
  }
}

/** Keeps a busy cluster from being read anew each second: what is not told is owed, and told later. */
class Resets {
  private nextAt = -Infinity;
  private isOwed = false;

  constructor(private readonly clock: Clock) {}

  inPlaceOf(events: readonly FeedEvent[]): readonly FeedEvent[] {
    const isReset = events.some(({ kind }) => kind === 'reset');
    this.isOwed ||= isReset;
    const now = this.clock.monotonic();
    if (!this.isOwed || now < this.nextAt) return isReset ? [] : events;
    this.isOwed = false;
    this.nextAt = now + RESET_EVERY_MS;
    return [{ kind: 'reset' }];
  }
}

function told({ changes, more }: Changes, known: ReadonlySet<string>): readonly FeedEvent[] {
  if (more) return [{ kind: 'reset' }];
  return changes.filter(({ key }) => !known.has(key)).map(({ change }) => change);
}

const earlier = (at: Date) => new Date(at.getTime() - LATE_MS);
