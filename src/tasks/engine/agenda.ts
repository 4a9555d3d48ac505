import type { Trigger } from '../triggers/trigger.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import type { DueJobs } from '../store/fire-ledger.js';
import type { DueJob } from '../domain/due-job.js';

export interface AgendaItem {
  readonly job: DueJob;
  readonly trigger: Trigger;
}

/**
 * The jobs that are due soon, as the leader knows them, earliest first. A cache: what it holds may be
 * outdated, and the fire statement is what notices.
 */
export class Agenda {
  private items: AgendaItem[] = [];
  /** Jobs due up to this instant are all here. */
  private until = new Date(0);

  /** @returns those whose trigger cannot be read */
  replace(jobs: readonly DueJob[], until: Date): DueJobs['unreadable'] {
    const unreadable: DueJobs['unreadable'][number][] = [];
    this.items = [];
    this.until = until;
    for (const job of jobs) {
      try {
        const trigger = triggerOf(job.trigger, { seed: job.jobId });
        this.items.push(foresee({ job, trigger: remembering(trigger) }));
      } catch (error) {
        const { jobId, revision } = job;
        unreadable.push({ jobId, revision, reason: String(error) });
      }
    }
    return unreadable;
  }

  clear(): void {
    this.items = [];
    this.until = new Date(0);
  }

  /** Takes out the first job that is due, of those that are due from an instant on. */
  takeFirst(now: Date, from?: Date): AgendaItem | undefined {
    const first = from === undefined ? 0 : this.firstFrom(from);
    return first < this.firstAfter(now) ? this.items.splice(first, 1)[0] : undefined;
  }

  /** Takes out that which came due last. */
  takeLast(now: Date, from: Date): AgendaItem | undefined {
    const last = this.firstAfter(now) - 1;
    return last >= this.firstFrom(from) ? this.items.splice(last, 1)[0] : undefined;
  }

  /** Puts a job back, planned anew. */
  put({ job, trigger }: AgendaItem, nextFireAt: Date): void {
    if (nextFireAt > this.until) return;
    let at = this.items.length;
    while (at > 0 && this.dueAt(at - 1) > nextFireAt) at--;
    this.items.splice(at, 0, foresee({ job: { ...job, nextFireAt }, trigger }));
  }

  /** Until when nothing is due that is not known of: the earliest fire time, or the horizon. */
  get quietUntil(): Date {
    const first = this.items[0]?.job.nextFireAt;
    return first && first < this.until ? first : this.until;
  }

  /** It must be filled anew to know what is due. */
  isSpent(now: Date): boolean {
    return this.items.length === 0 && now >= this.until;
  }

  /** It knows of none that is due between these. */
  hasNoneWithin(from: Date, to: Date): boolean {
    return this.firstFrom(from) >= this.firstAfter(to);
  }

  private dueAt(n: number): Date {
    return this.items[n]!.job.nextFireAt;
  }

  private firstAfter(instant: Date): number {
    return this.firstFrom(new Date(instant.getTime() + 1));
  }

  /** The place of the first job that is due from an instant on; a backlog before it may be long. */
  private firstFrom(instant: Date): number {
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.dueAt(middle) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Computes the fire time after the next one, which at the instant of firing is then known. */
function foresee(item: AgendaItem): AgendaItem {
  item.trigger.next(item.job.nextFireAt);
  return item;
}

/** Remembers the last answer of `next`. */
function remembering(trigger: Trigger): Trigger {
  let asked: number | null = null;
  let answer: Date | null = null;
  return {
    next(after) {
      if (asked !== after.getTime()) {
        asked = after.getTime();
        answer = trigger.next(after);
      }
      return answer;
    },
    previous: (before) => trigger.previous(before),
    ...(trigger.count ? { count: trigger.count.bind(trigger) } : {}),
  };
}
