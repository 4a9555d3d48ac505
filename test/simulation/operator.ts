import { OverlappedError } from '../../src/tasks/domain/errors.js';
import { newJobSchema, type Job, type NewJob } from '../../src/tasks/domain/job.js';
import type { TriggerSpec } from '../../src/tasks/triggers/trigger-spec.js';
import type { ClusterStore } from '../../src/tasks/store/cluster-store.js';
import type { JobStore } from '../../src/tasks/store/job-store.js';
import type { Random } from './random.js';
import type { Recorder } from './recorder.js';
import { EPOCH } from './simulated-clock.js';
import { TASK } from './simulated-node.js';
import type { Timeline } from './timeline.js';

/** Somebody who makes jobs and changes them all the time, by way of another, healthy node. */
export class Operator {
  private readonly templates: readonly NewJob[];
  private clusterPaused = false;

  constructor(
    private readonly jobs: JobStore,
    private readonly cluster: ClusterStore,
    private readonly recorder: Recorder,
    private readonly timeline: Timeline,
    private readonly random: Random,
  ) {
    this.templates = Array.from({ length: random.whole(3, 8) }, (_, i) => this.template(i));
  }

  async begin(): Promise<void> {
    for (const template of this.templates) await this.add(template);
  }

  /** Ends what would keep the cluster from working. */
  async end(): Promise<void> {
    if (this.clusterPaused) await this.resumeCluster();
  }

  /** Something that an operator does. */
  async act(): Promise<void> {
    const { random } = this;
    if (this.clusterPaused && random.chance(0.5)) return this.resumeCluster();
    if (!this.clusterPaused && random.chance(0.06)) return this.pauseCluster();
    const template = random.pick(this.templates);
    const job = await this.jobs.get(template.id);
    if (job === null) return this.add(template);
    if (random.chance(0.4)) return this.runNow(template.id);
    if (random.chance(0.2)) return this.edit(job);
    if (job.paused) return this.resume(template.id);
    return random.chance(0.6) ? this.pause(template.id) : this.remove(template.id);
  }

  private async add(template: NewJob): Promise<void> {
    const { trigger } = template;
    const inMs = this.random.whole(100, 20_000);
    const at = new Date(EPOCH + Math.floor(this.timeline.now) + inMs).toISOString();
    const job = { ...template, trigger: trigger.type === 'date' ? { ...trigger, at } : trigger };
    this.recorder.note(`operator: adds ${job.id}`);
    this.recorder.added((await this.jobs.add(job, 'api')).job);
  }

  private async remove(id: string): Promise<void> {
    this.recorder.note(`operator: removes ${id}`);
    this.recorder.changing(id);
    await this.jobs.remove(id);
    this.recorder.stopped(id, 'job removed');
  }

  private async pause(id: string): Promise<void> {
    this.recorder.note(`operator: pauses ${id}`);
    await this.jobs.pause(id);
    this.recorder.stopped(id, 'job paused');
  }

  private async resume(id: string): Promise<void> {
    const misses = this.random.pick(['skip', 'once'] as const);
    this.recorder.note(`operator: resumes ${id} (misses: ${misses})`);
    await this.jobs.resume(id, misses);
    this.recorder.lifted(id, misses);
  }

  /** Another trigger, or only another name. */
  private async edit({ id, name, trigger }: Job): Promise<void> {
    const replans = trigger.type !== 'date' && this.random.chance(0.7);
    this.recorder.note(`operator: edits ${id}${replans ? ' and its trigger' : ''}`);
    const patch = replans ? { trigger: this.anotherTrigger() } : { name: `${name}'`.slice(0, 50) };
    if (replans) this.recorder.changing(id);
    const edited = await this.jobs.modify(id, patch);
    if (replans) this.recorder.edited(edited);
  }

  /** One that begins when it is given, or one that always was. */
  private anotherTrigger(): TriggerSpec {
    const { random } = this;
    return random.chance(0.7)
      ? { type: 'interval', milliseconds: random.whole(300, 9_000) }
      : { type: 'cron', expression: random.pick(['* * * * * *', '*/2 * * * * *']) };
  }

  private async runNow(id: string): Promise<void> {
    const unlimited = this.random.chance(0.3);
    try {
      const run = await this.jobs.runNow(id, unlimited ? { overlap: 'allow' } : {});
      if (unlimited) this.recorder.unlimitedRun(run.id);
      this.recorder.note(`operator: runs ${id}`);
    } catch (error) {
      if (!(error instanceof OverlappedError)) throw error;
    }
  }

  private async pauseCluster(): Promise<void> {
    this.recorder.note('operator: pauses the cluster');
    this.clusterPaused = true;
    await this.cluster.pause(null);
    this.recorder.clusterPaused();
  }

  private async resumeCluster(): Promise<void> {
    this.recorder.note('operator: resumes the cluster');
    this.clusterPaused = false;
    await this.cluster.resume();
    this.recorder.lifted(null);
  }

  private template(i: number): NewJob {
    const { random } = this;
    const trigger = random.pick([
      { type: 'interval', milliseconds: random.whole(300, 1_500) },
      { type: 'interval', milliseconds: random.whole(1_500, 9_000) },
      {
        type: 'cron',
        expression: random.pick(['* * * * * *', '*/3 * * * * *', '10-50 * * * * *']),
      },
      { type: 'date', at: new Date(EPOCH).toISOString() },
    ] as const);
    return newJobSchema.parse({
      id: `job-${i}`,
      task: TASK,
      trigger,
      misfireGraceMs: random.pick([null, 500, 2_000, 86_400_000]),
      coalesce: random.pick(['latest', 'earliest', 'all']),
      overlap: random.pick([
        'skip',
        'skip',
        'allow',
        'buffer-one',
        'buffer-all',
        'cancel-previous',
      ]),
      maxInstances: random.pick([1, 1, 2, 3]),
      bufferLimit: random.pick([2, 5]),
      jitterMs: random.pick([0, 0, 0, 400]),
      maxRuns: random.pick([null, null, null, 20]),
      timeoutMs: random.pick([null, null, 2_000]),
      retry: { maxAttempts: random.pick([1, 1, 3]), delayMs: 500 },
      onCrash: random.pick(['abandon', 'abandon', 'rerun']),
      priority: random.whole(-1, 1),
    });
  }
}
