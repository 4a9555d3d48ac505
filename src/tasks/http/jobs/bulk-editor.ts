import { Injectable } from '@nestjs/common';
import { TasksError, UnavailableError } from '../../domain/errors.js';
import type { ChangeOptions } from '../../store/job-store.js';
import { TasksService } from '../../service/tasks.service.js';
import { MAX_IN_BULK, type BulkDto, type BulkItem } from './bulk.dto.js';
import { statusOf } from '../protocol/tasks-error.filter.js';

/** The largest page of jobs. */
const PAGE = 500;

/**
 * One action on many jobs. Each job is changed by itself, so one that refuses keeps none of the others
 * from it, and the answer tells what became of each.
 */
@Injectable()
export class BulkEditor {
  constructor(private readonly tasks: TasksService) {}

  async edit(
    bulk: BulkDto,
    by: ChangeOptions,
  ): Promise<{ readonly items: BulkItem[]; readonly more: boolean }> {
    const { ids, more } = await this.jobsOf(bulk);
    const options = bulk.reason === undefined ? by : { ...by, reason: bulk.reason };
    const items: BulkItem[] = [];
    for (const id of ids) items.push(await this.one(id, bulk, options));
    return { items, more };
  }

  private async one(id: string, bulk: BulkDto, by: ChangeOptions): Promise<BulkItem> {
    try {
      return { id, ...(await this.act(id, bulk, by)) };
    } catch (error) {
      if (!(error instanceof TasksError) || error instanceof UnavailableError) throw error;
      return { id, status: statusOf(error) ?? 500, code: error.code, detail: error.message };
    }
  }

  private async act(
    id: string,
    { action, reason = null, until, misses = 'skip' }: BulkDto,
    by: ChangeOptions,
  ): Promise<Omit<BulkItem, 'id'>> {
    switch (action) {
      case 'pause':
        await this.tasks.pauseJob(id, { reason, until: until ?? null }, by);
        return { status: 200 };
      case 'resume':
        await this.tasks.resumeJob(id, misses, by);
        return { status: 200 };
      case 'reset':
        await this.tasks.resetJob(id, by);
        return { status: 200 };
      case 'remove':
        await this.tasks.removeJob(id, by);
        return { status: 204 };
      case 'run':
        return { status: 202, runId: (await this.tasks.runJob(id, {}, by)).id };
    }
  }

  private async jobsOf({ ids, filter }: BulkDto) {
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
