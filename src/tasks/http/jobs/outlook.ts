import { Injectable } from '@nestjs/common';
import { describe } from '../../triggers/words/describe.js';
import { fireTimes } from '../../triggers/fire-times.js';
import { triggerOf } from '../../triggers/parse-trigger.js';
import type { Job } from '../../domain/job.js';
import type { Trigger } from '../../triggers/trigger.js';
import { TasksService } from '../../service/tasks.service.js';
import { fireTimeDto, type FireTimesQueryDto, type PreviewDto } from './fire-times.dto.js';

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
    return fireTimes(trigger, await this.range(query), { seed: id }).map(fireTimeDto);
  }

  async preview({ trigger, id, ...query }: PreviewDto) {
    const options = id === undefined ? {} : { seed: id };
    const items = fireTimes(trigger, await this.range(query), options).map(fireTimeDto);
    return { description: describe(trigger, options), items };
  }

  /** The next fire times of all jobs, the earliest first. */
  async ofAll(limit: number, to: Date | undefined) {
    // No job after so many can have one of the first so many fire times.
    const { items: jobs } = await this.tasks.getJobs({
      order: 'nextFireAt',
      limit: Math.min(limit, 500),
    });
    const waiting = jobs.flatMap((job) => first(job));
    const found: { jobId: string; name: string; at: Date }[] = [];
    while (found.length < limit) {
      const next = earliest(waiting);
      if (next === undefined || (to !== undefined && next.at > to)) break;
      found.push({ jobId: next.job.id, name: next.job.name, at: next.at });
      const after = next.trigger.next(next.at);
      waiting.splice(waiting.indexOf(next), 1);
      if (after !== null) waiting.push({ ...next, at: after });
    }
    return found;
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

function earliest(waiting: readonly Upcoming[]): Upcoming | undefined {
  return waiting.reduce<Upcoming | undefined>(
    (best, one) => (best === undefined || one.at < best.at ? one : best),
    undefined,
  );
}
