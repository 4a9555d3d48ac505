import { Injectable } from '@nestjs/common';
import { describe } from '../../triggers/words/describe.js';
import { inside } from '../../triggers/invalid-input.js';
import { fireTimesIn } from '../../triggers/fire-times.js';
import { triggerOf } from '../../triggers/parse-trigger.js';
import type { Job } from '../../domain/job.js';
import type { Trigger } from '../../triggers/trigger.js';
import { TasksService } from '../../service/tasks.service.js';
import { Slices } from '../../store/slices.js';
import { fireTimesDto, type FireTimesQueryDto, type PreviewDto } from './fire-times.dto.js';

/** So many triggers are read, or asked for their next fire time, in one go. */
const SLICE = 25;

interface Upcoming {
  readonly job: Job;
  readonly trigger: Trigger;
  readonly at: Date;
}

/** What is to come, computed by what fires it. */
@Injectable()
export class Outlook {
  constructor(private readonly tasks: TasksService) {}

  async ofJob(id: string, query: FireTimesQueryDto) {
    const { trigger } = await this.tasks.getJob(id);
    return fireTimesDto(fireTimesIn(trigger, await this.range(query), { seed: id }));
  }

  async preview({ trigger, id, ...query }: PreviewDto) {
    const options = id === undefined ? {} : { seed: id };
    const range = await this.range(query);
    const found = inside('/trigger', () => fireTimesIn(trigger, range, options));
    return { description: describe(trigger, options), ...fireTimesDto(found) };
  }

  /** The next fire times of all jobs, the earliest first. */
  async ofAll(limit: number, to: Date | undefined) {
    // No job after so many can have one of the first so many fire times.
    const { items: jobs, nextCursor } = await this.tasks.getJobs({
      order: 'nextFireAt',
      planned: true,
      limit: Math.min(limit, 500),
    });
    const slices = new Slices(SLICE);
    const waiting: Upcoming[] = [];
    for (const job of jobs) {
      waiting.push(...first(job));
      await slices.did(1);
    }
    waiting.sort((one, other) => other.at.getTime() - one.at.getTime());
    const found: { jobId: string; name: string; at: Date }[] = [];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (to !== undefined && next.at > to) break;
      if (found.length === limit) return { items: found, complete: false };
      found.push({ jobId: next.job.id, name: next.job.name, at: next.at });
      const after = next.trigger.next(next.at);
      if (after !== null) waiting.splice(placeOf(after, waiting), 0, { ...next, at: after });
      await slices.did(1);
    }
    return { items: found, complete: nextCursor === null || found.length < limit };
  }

  /** From the database's now on, as that decides what fires. */
  private async range<Query extends { from?: Date }>(
    query: Query,
  ): Promise<Query & { from: Date }> {
    return { ...query, from: query.from ?? (await this.tasks.getState()).now };
  }
}

function first(job: Job): Upcoming[] {
  if (job.nextFireAt === null || job.state === 'unreadable') return [];
  return [{ job, trigger: triggerOf(job.trigger, { seed: job.id }), at: job.nextFireAt }];
}

/** Where an instant belongs among those that wait, of which the last is the earliest. */
function placeOf(at: Date, waiting: readonly Upcoming[]): number {
  let from = 0;
  let to = waiting.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (waiting[middle]!.at > at) from = middle + 1;
    else to = middle;
  }
  return from;
}
