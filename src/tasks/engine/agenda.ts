import type { Trigger } from '../domain/triggers/trigger.js';
import { triggerOf } from '../domain/triggers/parse-trigger.js';
import type { DueJob } from '../store/fire-ledger.js';

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

  replace(jobs: readonly DueJob[], until: Date): readonly { jobId: string; reason: string }[] {
    const unreadable: { jobId: string; reason: string }[] = [];
    this.items = [];
    this.until = until;
    for (const job of jobs) {
      try {
        this.items.push(foresee({ job, trigger: remembering(triggerOf(job.trigger)) }));
      } catch (error) {
        unreadable.push({ jobId: job.jobId, reason: String(error) });
      }
    }
    return unreadable;
  }

  clear(): void {
    this.items = [];
    this.until = new Date(0);
  }

  /** Takes out up to `most` jobs that are due. */
  take(now: Date, most: number): AgendaItem[] {
    let due = 0;
    while (due < most && due < this.items.length && this.items[due]!.job.nextFireAt <= now) due++;
    return this.items.splice(0, due);
  }

  /** Puts a job back, planned anew. */
  put({ job, trigger }: AgendaItem, nextFireAt: Date): void {
    if (nextFireAt > this.until) return;
    let at = this.items.length;
    while (at > 0 && this.items[at - 1]!.job.nextFireAt > nextFireAt) at--;
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
