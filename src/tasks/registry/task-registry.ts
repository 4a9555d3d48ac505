import { Injectable } from '@nestjs/common';
import { DuplicateJobError } from '../domain/errors.js';
import type { DeclaredJob } from '../store/job-store.js';
import type { TaskContext } from './task-context.js';

/** The function behind a task. */
export type TaskHandler = (payload: unknown, context: TaskContext) => unknown;

export interface RegisteredTask {
  readonly name: string;
  /** Where the code stands: `Class.method`. */
  readonly source: string;
  readonly handler: TaskHandler;
  /** The job that the decorator declares; null for a task without a trigger. */
  readonly job: DeclaredJob | null;
}

/** What this node knows how to run. */
@Injectable()
export class TaskRegistry {
  private readonly tasks = new Map<string, RegisteredTask>();

  /** @throws DuplicateJobError when another method has the name already. */
  register(task: RegisteredTask): void {
    const known = this.tasks.get(task.name);
    if (known) throw new DuplicateJobError(task.name, known.source, task.source);
    this.tasks.set(task.name, task);
  }

  /** Undefined for a task that only other nodes know. */
  find(name: string): RegisteredTask | undefined {
    return this.tasks.get(name);
  }

  names(): readonly string[] {
    return [...this.tasks.keys()];
  }

  all(): readonly RegisteredTask[] {
    return [...this.tasks.values()];
  }
}
