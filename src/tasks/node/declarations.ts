import { Injectable } from '@nestjs/common';
import { declareJobs, type OwnDeclaration } from './declare-jobs.js';
import { InvalidInputError, UnavailableError } from '../domain/errors.js';
import { advertised, type Advertised } from '../registry/advertised.js';
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
  /** What is in the store as this node declares it. */
  private readonly brought = new Map<string, string>();
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
      const twin = this.registry.declared().find(({ job }) => job.id === id);
      if (!twin) return [];
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

  /** What this node tells the others that it knows. */
  get advertised(): Advertised {
    if (!this.works) return { tasks: {}, jobs: {} };
    return advertised(
      this.registry,
      this.own().map(({ job }) => job),
    );
  }

  /** @throws UnavailableError */
  async declare(nodeId: string): Promise<void> {
    this.refused.clear();
    await this.bring(this.own(), nodeId);
  }

  /**
   * Declares what was found since, or has changed. False: there was nothing.
   *
   * @throws UnavailableError
   */
  async declareNew(nodeId: string): Promise<boolean> {
    const added = this.own().filter(({ job }) => this.brought.get(job.id) !== stampOf(job));
    if (added.length > 0) await this.bring(added, nodeId);
    return added.length > 0;
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
      ...this.registry.declared(),
      ...this.configured.map((job) => ({ job, source: CONFIGURATION })),
    ];
  }

  private async bring(own: readonly OwnDeclaration[], nodeId: string): Promise<void> {
    const refused = await declareJobs(own, this.store, nodeId, this.logger);
    for (const id of refused) this.refused.add(id);
    for (const { job } of own) this.brought.set(job.id, stampOf(job));
  }
}

const stampOf = ({ hash, disabled }: DeclaredJob) => `${hash} ${disabled}`;
