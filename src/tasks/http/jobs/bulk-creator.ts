import { Injectable } from '@nestjs/common';
import type { Conflict } from '../../domain/job-requests.js';
import type { ChangeOptions } from '../../store/job-store.js';
import { Slices } from '../../store/slices.js';
import { TasksService } from '../../service/tasks.service.js';
import { checkedBy } from '../protocol/input.pipe.js';
import { problemOf } from '../protocol/tasks-error.filter.js';
import type { BulkCreateDto, BulkItem } from './bulk.dto.js';
import { newJobBodySchema, type JobBody } from './job-body.dto.js';
import { inFlatForm } from './job-editor.js';

/** So many bodies are read in one go. */
const SLICE = 25;

/** Each is refused as it would be alone. */
const CHECK = checkedBy(newJobBodySchema);

/** Makes many jobs by one request, in one transaction for each answer to ids that are taken. */
@Injectable()
export class BulkCreator {
  constructor(private readonly tasks: TasksService) {}

  async create(
    { jobs, conflict, reason }: BulkCreateDto,
    by: ChangeOptions,
  ): Promise<{ readonly items: BulkItem[]; readonly more: false }> {
    const items: BulkItem[] = [];
    const bodies: { readonly index: number; readonly body: JobBody }[] = [];
    const slices = new Slices(SLICE);
    for (const [index, job] of jobs.entries()) {
      await slices.did(1);
      try {
        const body = CHECK.transform(job, { type: 'body' }) as JobBody;
        bodies.push({ index, body });
      } catch (error) {
        items[index] = refusal(job, index, error);
      }
    }
    const options = { ...by, ...(reason !== undefined && { reason }) };
    // In the flat form each says by itself that it may replace another.
    for (const asked of new Set(bodies.map(({ body }) => conflict ?? body.conflict))) {
      const some = bodies.filter(({ body }) => (conflict ?? body.conflict) === asked);
      for (const item of await this.add(some, jobs, asked, options)) items[item.index!] = item;
    }
    return { items, more: false };
  }

  private async add(
    some: readonly { readonly index: number; readonly body: JobBody }[],
    given: readonly unknown[],
    conflict: Conflict,
    by: ChangeOptions,
  ): Promise<readonly BulkItem[]> {
    const inputs = some.map(({ body: { job } }) => ({ ...job, id: job.id ?? '' }));
    const { added, refused: not } = await this.tasks.addJobs(inputs, { ...by, conflict });
    return [
      ...added.map(({ index, job: { id }, created }) => ({
        id,
        index: some[index]!.index,
        status: created ? 201 : 200,
      })),
      ...not.map(({ index: nth, error }) => {
        const { index, body } = some[nth]!;
        return refusal(given[index], index, body.flat ? inFlatForm(error) : error);
      }),
    ];
  }
}

/** What the request for this job alone would have been refused with. */
function refusal(given: unknown, index: number, error: unknown): BulkItem {
  const { id } = (given ?? {}) as { id?: unknown };
  const { status = 500, code = 'unexpected', detail = '', errors } = problemOf(error) ?? {};
  const known = typeof id === 'string' ? id : '';
  return { id: known, index, status, code, detail, ...(errors && { errors: [...errors] }) };
}
