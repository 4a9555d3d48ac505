import { Injectable } from '@nestjs/common';
import { InvalidInputError, JobNotFoundError, UnknownTaskError } from '../../domain/errors.js';
import type { Job, JobPatchInput } from '../../domain/job.js';
import type { ChangeOptions } from '../../store/job-store.js';
import { TasksService } from '../../service/tasks.service.js';
import { flatPointer } from './flat-form/flat-pointer.js';
import { firingFirstAt } from './flat-form/flat-trigger.js';
import type { JobBody, PatchBody } from './job-body.dto.js';
import { assertUnchanged, type Given } from './read-only.js';
import { unknownTask } from '../protocol/problem.js';

/** Makes and changes jobs from bodies in either form. */
@Injectable()
export class JobEditor {
  constructor(private readonly tasks: TasksService) {}

  add({ job, conflict, flat }: JobBody, by: ChangeOptions): Promise<Job> {
    const { id = '' } = job;
    return inItsForm(flat, this.tasks.addJob({ ...job, id }, { ...by, conflict }));
  }

  async put(id: string, { job, conflict, given, flat }: JobBody, by: ChangeOptions): Promise<Job> {
    if (job.id !== undefined && job.id !== id) {
      throw new InvalidInputError('The job', [
        { pointer: '/id', message: `must be "${id}" as in the path, or be left out` },
      ]);
    }
    const seen = await this.unchanged(id, given, by, true);
    return inItsForm(flat, this.tasks.addJob({ ...job, id }, { ...seen, conflict }));
  }

  async modify(id: string, body: PatchBody, asker: ChangeOptions): Promise<Job> {
    const { patch, next, given, flat } = body;
    const by = await this.unchanged(id, given, asker, false);
    if (next === undefined) return inItsForm(flat, this.tasks.modifyJob(id, patch, by));
    if (next === null) return this.pause(id, patch, by);
    const trigger = (patch as JobPatchInput).trigger;
    if (trigger !== undefined) {
      const changed = { ...patch, trigger: firingFirstAt(trigger, next) };
      return inItsForm(flat, this.tasks.modifyJob(id, changed, by));
    }
    // What its trigger becomes depends on what it is, so nobody may change it in between.
    const job = await this.tasks.getJob(id);
    const changed = { ...patch, trigger: firingFirstAt(job.trigger, next) };
    const ifRevision = by.ifRevision ?? job;
    return inItsForm(flat, this.tasks.modifyJob(id, changed, { ...by, ifRevision }));
  }

  /**
   * What cannot be set is as it was, and nobody edits the job in between.
   *
   * @param mayBeMade there need not be such a job yet
   */
  private async unchanged(
    id: string,
    given: Given,
    by: ChangeOptions,
    mayBeMade: boolean,
  ): Promise<ChangeOptions> {
    if (Object.keys(given).length === 0) return by;
    try {
      const job = await this.tasks.getJob(id);
      assertUnchanged(given, job);
      return { ...by, ifRevision: by.ifRevision ?? job };
    } catch (error) {
      if (mayBeMade && by.ifRevision === undefined && error instanceof JobNotFoundError) return by;
      throw error;
    }
  }

  /** A pause and a change are two changes, and a request is carried out whole or not at all. */
  private pause(id: string, patch: object, by: ChangeOptions): Promise<Job> {
    if (Object.keys(patch).length === 0) return this.tasks.pauseJob(id, {}, by);
    throw new InvalidInputError('The change', [
      { pointer: '/next_run_time', message: 'pauses the job: send null by itself' },
    ]);
  }
}

async function inItsForm(flat: boolean, change: Promise<Job>): Promise<Job> {
  try {
    return await change;
  } catch (error) {
    throw flat ? inFlatForm(error) : error;
  }
}

/** What is wrong is named as the client has named it. */
export function inFlatForm(error: unknown): unknown {
  if (error instanceof UnknownTaskError) return unknownTask(error, '/func');
  if (!(error instanceof InvalidInputError)) return error;
  const issues = error.issues.map(({ pointer, message }) => ({
    pointer: flatPointer(pointer),
    message,
  }));
  return new InvalidInputError(error.subject, issues);
}
