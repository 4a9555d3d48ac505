import { Injectable } from '@nestjs/common';
import type { Job } from '../../domain/job.js';
import { TasksService } from '../../service/tasks.service.js';
import type { Included } from './job-query.dto.js';
import { jobDto, whyDto, type JobJson } from './job.dto.js';
import { runDto } from '../runs/run.dto.js';

/** So many jobs are looked into at once: an answer must not take all connections. */
const AT_ONCE = 4;

/** Jobs with what else is asked of them, so that a list of them is one request. */
@Injectable()
export class JobDetail {
  constructor(private readonly tasks: TasksService) {}

  async all(jobs: readonly Job[], included: readonly Included[]): Promise<JobJson[]> {
    if (included.length === 0) return jobs.map(jobDto);
    const answer: JobJson[] = [];
    for (let start = 0; start < jobs.length; start += AT_ONCE) {
      const some = jobs.slice(start, start + AT_ONCE);
      answer.push(...(await Promise.all(some.map((job) => this.one(job, included)))));
    }
    return answer;
  }

  async one(job: Job, included: readonly Included[]): Promise<JobJson> {
    const [why, last] = await Promise.all([
      included.includes('why') ? this.tasks.why(job.id) : null,
      included.includes('lastRun') ? this.tasks.getRuns({ job: job.id, limit: 1 }) : null,
    ]);
    const [run] = last?.items ?? [];
    return {
      ...jobDto(job),
      ...(why && { why: whyDto(why) }),
      ...(last && { lastRun: run ? runDto(run) : null }),
    };
  }
}
