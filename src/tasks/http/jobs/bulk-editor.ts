import { Injectable } from '@nestjs/common';
import { TasksError, UnavailableError } from '../../domain/errors.js';
import type { Job } from '../../domain/job.js';
import type { Run } from '../../domain/run.js';
import type { ChangeOptions } from '../../store/job-store.js';
import { TasksService } from '../../service/tasks.service.js';
import { MAX_IN_BULK, type BulkEditDto, type BulkItem } from './bulk.dto.js';
import { statusOf } from '../protocol/tasks-error.filter.js';

/** So many jobs are changed in one transaction. */
const AT_ONCE = 100;

/** The largest page of jobs. */
const PAGE = 500;

/**
 * One action on many jobs. One that refuses keeps none of the others from it, and the answer tells what
 * became of each. A hundred jobs are one transaction.
 */
@Injectable()
export class BulkEditor {
  constructor(private readonly tasks: TasksService) {}

  async edit(
    bulk: BulkEditDto,
    by: ChangeOptions,
  ): Promise<{ readonly items: BulkItem[]; readonly more: boolean }> {
    const { ids, more } = await this.jobsOf(bulk);
    const options = bulk.reason === undefined ? by : { ...by, reason: bulk.reason };
    const items: BulkItem[] = [];
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      items.push(...(await this.some(ids.slice(start, start + AT_ONCE), bulk, options)));
    }
    return { items, more };
  }

  private async some(
    ids: readonly string[],
    bulk: BulkEditDto,
    by: ChangeOptions,
  ): Promise<readonly BulkItem[]> {
    const edited = await this.together(ids, bulk, by);
    const items: BulkItem[] = [];
    for (const id of ids) {
      const done = edited?.get(id);
      if (done === undefined) items.push(await this.one(id, bulk, by));
      else items.push(done instanceof TasksError ? refused(id, done) : doneTo(id, bulk, done));
    }
    return items;
  }

  /** Undefined: they have to be changed one by one, as somebody holds one. */
  private async together(
    ids: readonly string[],
    { action, reason = null, until, misses = 'skip' }: BulkEditDto,
    by: ChangeOptions,
  ): Promise<ReadonlyMap<string, Job | Run | TasksError> | undefined> {
    try {
      switch (action) {
        case 'pause':
          return await this.tasks.pauseJobs(ids, { reason, until: until ?? null }, by);
        case 'resume':
          return await this.tasks.resumeJobs(ids, misses, by);
        case 'reset':
          return await this.tasks.resetJobs(ids, by);
        case 'remove':
          return await this.tasks.removeJobs(ids, by);
        case 'run':
          return await this.tasks.runJobs(ids, by);
      }
    } catch (error) {
      if (error instanceof UnavailableError && error.maybeDone) throw error;
      // Nothing was changed. One job that is held must not keep the others from it.
      return undefined;
    }
  }

  private async one(id: string, bulk: BulkEditDto, by: ChangeOptions): Promise<BulkItem> {
    try {
      return doneTo(id, bulk, await this.act(id, bulk, by));
    } catch (error) {
      if (!(error instanceof TasksError) || error instanceof UnavailableError) throw error;
      return refused(id, error);
    }
  }

  private async act(
    id: string,
    { action, reason = null, until, misses = 'skip' }: BulkEditDto,
    by: ChangeOptions,
  ): Promise<{ readonly id: string } | void> {
    switch (action) {
      case 'pause':
        return this.tasks.pauseJob(id, { reason, until: until ?? null }, by);
      case 'resume':
        return this.tasks.resumeJob(id, misses, by);
      case 'reset':
        return this.tasks.resetJob(id, by);
      case 'remove':
        return this.tasks.removeJob(id, by);
      case 'run':
        return this.tasks.runJob(id, {}, by);
    }
  }

  private async jobsOf({ ids, filter }: BulkEditDto) {
    if (ids !== undefined) return { ids: [...new Set(ids)], more: false };
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { ...filter, limit: PAGE, ...(cursor !== undefined && { cursor }) };
      const page = await this.tasks.getJobs(query);
      found.push(...page.items.map((job) => job.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && found.length < MAX_IN_BULK);
    return { ids: found.slice(0, MAX_IN_BULK), more: cursor !== undefined };
  }
}

/** @param done the job that was changed, or the run that was asked for */
function doneTo(
  id: string,
  { action }: BulkEditDto,
  done: { readonly id: string } | void,
): BulkItem {
  if (action === 'run' && done) return { id, status: 202, runId: done.id };
  return { id, status: action === 'remove' ? 204 : 200 };
}

const refused = (id: string, error: TasksError): BulkItem => ({
  id,
  status: statusOf(error) ?? 500,
  code: error.code,
  detail: error.message,
});
