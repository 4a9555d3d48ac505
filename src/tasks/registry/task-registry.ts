import { Injectable } from '@nestjs/common';
import { DuplicateJobError } from '../domain/errors.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { GoingCalls } from './going-calls.js';
import type { PayloadSchema } from './payload-schema.js';
import type { NodeTask } from './node-task.js';
import type { StockDeclaration } from './stock-declaration.js';
import type { TaskHandler } from './task-context.js';

export interface RegisteredTask {
  readonly name: string;
  /** Where the code stands: `Class.method`. */
  readonly source: string;
  readonly handler: TaskHandler;
  /** What its payload must look like; undefined: anything. */
  readonly payload?: PayloadSchema | undefined;
  /** The job that a decorator of its name declares; null for a task without a trigger. */
  readonly job: DeclaredJob | null;
  /** More jobs that the method declares. Default: none. */
  readonly more?: readonly DeclaredJob[];
  /** Ids of those that also run whenever a node starts. Default: none. */
  readonly atNodeStart?: readonly string[];
  /** How many runs of it a node works on at once. Default: as many as the node has slots. */
  readonly concurrency?: number;
  /** The decorator as it was written; local mode follows it to the letter. */
  readonly stock?: StockDeclaration;
}

/** A job that a method declares. */
export interface MethodDeclaration {
  readonly job: DeclaredJob;
  /** `Class.method`. */
  readonly source: string;
}

/** What this node knows how to run: tasks that runs may ask for, and the timers of its own. */
@Injectable()
export class TaskRegistry {
  /** The calls of handlers that go on. */
  readonly calls = new GoingCalls();
  private readonly tasks = new Map<string, RegisteredTask>();
  private readonly timers = new Map<string, NodeTask>();

  /** @throws DuplicateJobError when another method has the name already. */
  register(task: RegisteredTask): void {
    this.refuseTaken(task);
    this.refuseTwice(task);
    this.replace(task);
  }

  /** Takes the place of a task of this name, if there is one. */
  replace(task: RegisteredTask): void {
    this.tasks.set(task.name, { ...task, handler: this.calls.watched(task.name, task.handler) });
  }

  /** @throws DuplicateJobError when another method has the name already. */
  registerNodeTask(task: NodeTask): void {
    this.refuseTaken(task);
    this.timers.set(task.name, task);
  }

  /** Undefined for a task that only other nodes know. */
  find(name: string): RegisteredTask | undefined {
    return this.tasks.get(name);
  }

  names(): readonly string[] {
    return [...this.tasks.keys()];
  }

  /** Those that this node is to run: what is disabled here is left to others. */
  runnable(): readonly string[] {
    return this.all().flatMap(({ name, job }) => (job?.disabled ? [] : [name]));
  }

  /** From now on this node is to run it. False: it is already, or is not known. */
  enable(name: string): boolean {
    const task = this.tasks.get(name);
    if (!task?.job?.disabled) return false;
    this.tasks.set(name, { ...task, job: { ...task.job, disabled: false } });
    return true;
  }

  all(): readonly RegisteredTask[] {
    return [...this.tasks.values()];
  }

  /** Those of scope `node`. No run can ask for them. */
  nodeTasks(): readonly NodeTask[] {
    return [...this.timers.values()];
  }

  /** All that methods declare, with where the code stands. */
  declared(): readonly MethodDeclaration[] {
    return this.all().flatMap(({ job, more = [], source }) =>
      [...(job ? [job] : []), ...more].map((one) => ({ job: one, source })),
    );
  }

  private refuseTwice({ job, more = [], source }: RegisteredTask): void {
    const known = new Map(this.declared().map((one) => [one.job.id, one.source]));
    for (const { id } of [...(job ? [job] : []), ...more]) {
      const first = known.get(id);
      if (first !== undefined) throw new DuplicateJobError(id, first, source);
      known.set(id, source);
    }
  }

  private refuseTaken(task: Named): void {
    const known: Named | undefined = this.tasks.get(task.name) ?? this.timers.get(task.name);
    if (known) {
      throw new DuplicateJobError(task.name, known.source, task.source, stockWords(known, task));
    }
  }
}

type Named = Pick<RegisteredTask, 'name' | 'source' | 'stock'>;

const LABELS = { cron: 'Cron Job', interval: 'Interval', timeout: 'Timeout' } as const;

/** What `@nestjs/schedule` says of two methods of one kind; hosts test for it. */
function stockWords(first: Named, second: Named): string {
  if (!second.stock || first.stock?.kind !== second.stock.kind) return '';
  return `(${LABELS[second.stock.kind]} with the given name (${second.name}) already exists. Ignored.)`;
}
