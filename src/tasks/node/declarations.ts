import { Injectable } from '@nestjs/common';
import { declareJobs, type OwnDeclaration } from './declare-jobs.js';
import { InvalidInputError, UnavailableError } from '../domain/errors.js';
import { configuredJobs } from '../registry/configured-jobs.js';
import { defaultZone } from '../registry/default-zone.js';
import { TaskRegistry } from '../registry/task-registry.js';
import { JobStore } from '../store/job-store.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { TasksOptions } from '../tasks.options.js';
import { TasksLogger } from './tasks-logger.js';

const CONFIGURATION = 'The configuration';

/** What this node declares, in code and by configuration, and how it gets into the store. */
@Injectable()
export class Declarations {
  private readonly logger = new TasksLogger('Tasks');
  private readonly configured: readonly DeclaredJob[];
  private readonly works: boolean;
  /** What the store has refused is not offered to it again and again. */
  private readonly refused = new Set<string>();
  private readonly hashes: Record<string, string | null> = {};
  private adopting = false;

  /** @throws InvalidInputError naming each refused field of the configured jobs */
  constructor(
    private readonly registry: TaskRegistry,
    private readonly store: JobStore,
    options: TasksOptions,
  ) {
    this.works = options.roles.includes('worker');
    this.configured = configuredJobs(options.jobs, defaultZone(options));
  }

  /**
   * Looks at the configured jobs once the tasks of the code are known.
   *
   * @throws InvalidInputError when code declares a job of the same id
   */
  check(): void {
    const twice = this.configured.flatMap(({ id }, index) => {
      const twin = this.registry.find(id);
      if (!twin?.job) return [];
      const message = `is that of the job that ${twin.source} declares: use another, or "overrides"`;
      return [{ pointer: `/${index}/id`, message }];
    });
    if (twice.length > 0) throw new InvalidInputError('The option "jobs"', twice);
    for (const { id, task } of this.configured) {
      if (this.registry.find(task) === undefined) {
        this.logger.warn(
          `The configured job "${id}" asks for the task "${task}", which this node does not know. ` +
            `Its runs wait for a node that does.`,
        );
      }
    }
  }

  /** Looks at the registry again: tasks may have been found late. */
  refresh(): void {
    const tasks = this.works ? this.registry.all() : [];
    for (const { name, job } of tasks) this.hashes[name] = job?.hash ?? null;
  }

  /**
   * Task → hash of its declaration; null for a task without a trigger. Each heartbeat writes it, so it
   * grows in place.
   */
  get tasks(): Readonly<Record<string, string | null>> {
    this.refresh();
    return this.hashes;
  }

  /** Id of a configured job → hash of its declaration. */
  get jobs(): Readonly<Record<string, string>> {
    const configured = this.works ? this.configured : [];
    return Object.fromEntries(configured.map(({ id, hash }) => [id, hash]));
  }

  /** @throws UnavailableError */
  async declare(nodeId: string): Promise<void> {
    this.refused.clear();
    await this.bring(this.own(), nodeId);
  }

  /** Brings back what nobody declares any more as it is stored: a newer version has gone. */
  async adopt(ids: readonly string[], nodeId: string): Promise<void> {
    const own = this.own().filter(({ job: { id } }) => ids.includes(id) && !this.refused.has(id));
    if (this.adopting || own.length === 0) return;
    this.adopting = true;
    const names = own.map(({ job }) => `"${job.id}"`).join(', ');
    this.logger.log(
      `No live node still declares ${names} as stored: this node writes its own declaration.`,
    );
    try {
      await this.bring(own, nodeId);
    } catch (error) {
      // The next heartbeat asks again.
      if (!(error instanceof UnavailableError)) throw error;
    } finally {
      this.adopting = false;
    }
  }

  private own(): readonly OwnDeclaration[] {
    if (!this.works) return [];
    return [
      ...this.registry.all().flatMap(({ job, source }) => (job ? [{ job, source }] : [])),
      ...this.configured.map((job) => ({ job, source: CONFIGURATION })),
    ];
  }

  private async bring(own: readonly OwnDeclaration[], nodeId: string): Promise<void> {
    const refused = await declareJobs(own, this.store, nodeId, this.logger);
    for (const id of refused) this.refused.add(id);
  }
}
