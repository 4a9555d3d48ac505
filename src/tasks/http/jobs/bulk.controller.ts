import { Body, HttpCode, Post, Req } from '@nestjs/common';
import type { ChangeOptions } from '../../store/job-store.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { covers } from '../api-key.js';
import { BulkCreator } from './bulk-creator.js';
import { BulkEditor } from './bulk-editor.js';
import { bulkAnswerSchema, bulkSchema, type BulkAction, type BulkDto } from './bulk.dto.js';
import { By } from '../access/by.decorator.js';
import { callerOf } from '../access/caller.js';
import { EXAMPLE_JOB } from '../protocol/example-job.js';
import { Operation } from '../protocol/operation.decorator.js';
import { ProblemException } from '../protocol/problem.js';
import type { GuardedRequest } from '../protocol/guarded-request.js';
import { Refusals } from '../access/refusals.js';
import { Requires } from '../access/requires.decorator.js';
import { checkedBy } from '../protocol/input.pipe.js';

/** What an operator may not do to one job, he may not do to many either. */
const ADMINS_ONLY: readonly BulkAction[] = ['create', 'reset', 'remove'];

@ApiController('jobs/bulk')
export class BulkController {
  constructor(
    private readonly bulk: BulkEditor,
    private readonly creator: BulkCreator,
    private readonly refusals: Refusals,
  ) {}

  @Post()
  @Requires('operator')
  @HttpCode(200)
  @Operation({
    summary: 'One action on many jobs, or many new ones',
    description:
      'A job that refuses keeps none of the others from it. create makes up to 5000 jobs in one ' +
      'transaction, each as POST /jobs takes it, and names them by their index; with ' +
      '"conflict": "keep" it can be sent again. create, reset and remove need the role admin.',
    answers: { 200: bulkAnswerSchema },
    headers: ['X-Reason'],
    examples: [
      {
        title: 'Pause two, one of which there is not',
        body: { action: 'pause', ids: [EXAMPLE_JOB.id, 'none'], reason: 'maintenance' },
        status: 200,
      },
      {
        title: 'Resume all of a tag',
        body: { action: 'resume', filter: { tag: 'reports' } },
        status: 200,
      },
      {
        title: 'Make two, one of a task that nobody knows',
        body: {
          action: 'create',
          jobs: [
            { ...EXAMPLE_JOB, id: 'another' },
            { ...EXAMPLE_JOB, id: 'third', task: 'os:system' },
          ],
        },
        status: 200,
      },
    ],
  })
  async edit(
    @Body(checkedBy(bulkSchema)) body: BulkDto,
    @By() by: ChangeOptions,
    @Req() request: GuardedRequest,
  ) {
    const role = callerOf(request)?.role;
    if (ADMINS_ONLY.includes(body.action) && (role === undefined || !covers(role, 'admin'))) {
      const code = 'role-too-low';
      const [actor, address] = [by.actor ?? null, request.ip ?? ''];
      const path = `jobs/bulk, ${body.action}`;
      this.refusals.note({ actor, address, method: 'POST', path, status: 403, code });
      const detail = `"${body.action}" needs the role admin. Ask somebody who has it.`;
      throw new ProblemException(403, code, detail);
    }
    return body.action === 'create' ? this.creator.create(body, by) : this.bulk.edit(body, by);
  }
}
