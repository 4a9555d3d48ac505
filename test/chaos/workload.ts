import { setTimeout as sleep } from 'node:timers/promises';
import type { JobPatchInput, NewJobInput } from 'carillon';
import type { Random } from '../simulation/random.js';
import type { Stop } from '../simulation/history.js';
import { NodeGone, Refused } from './chaos-node.js';
import { TRANSFERS } from './bank-book.js';
import type { Cluster } from './cluster.js';
import type { Span } from './felt.js';
import type { Ask } from './messages.js';

/** A change that was asked for, and when the answer came. */
export interface Change {
  readonly jobId: string;
  readonly askedAt: Date;
  readonly answeredAt: Date;
}

const JOBS: readonly NewJobInput[] = [
  { id: 'made-1', task: 'on-demand', trigger: { type: 'interval', milliseconds: 600 } },
  {
    id: 'made-2',
    task: 'on-demand',
    trigger: { type: 'interval', milliseconds: 400 },
    coalesce: 'all',
    overlap: 'allow',
  },
  { id: 'made-3', task: 'on-demand', trigger: { type: 'cron', expression: '*/2 * * * * *' } },
  {
    id: 'made-4',
    task: 'on-demand',
    trigger: { type: 'interval', seconds: 1 },
    maxInstances: 2,
    coalesce: 'earliest',
    priority: -1,
  },
  {
    id: 'made-5',
    task: 'on-demand',
    trigger: { type: 'interval', milliseconds: 300 },
    overlap: 'buffer-all',
    bufferLimit: 3,
    jitterMs: 100,
  },
  {
    id: 'made-6',
    task: 'on-demand',
    trigger: { type: 'interval', milliseconds: 700 },
    overlap: 'buffer-one',
    onCrash: 'rerun',
    retry: { maxAttempts: 2, delayMs: 300 },
  },
  {
    id: 'made-7',
    task: 'on-demand',
    trigger: { type: 'interval', milliseconds: 200 },
    coalesce: 'all',
    overlap: 'allow',
    maxRuns: 8,
  },
];

/** Declared jobs that are not at their limit all the time. */
const IDLE_JOBS = ['every-500ms', 'cron-every-second'];

/**
 * What users do meanwhile: jobs are made, paused, resumed, run by hand and removed, on any node. A
 * change whose outcome is unknown is asked for again, on another node, until one acknowledges it.
 */
export class Workload {
  readonly stops: Stop[] = [];
  readonly changes: Change[] = [];
  /** From when the cluster may have been paused until it was not any more. */
  private readonly pauses: { readonly from: Date; to: Date | null }[] = [];
  /** How often each thing was acknowledged. */
  readonly acknowledged: Record<string, number> = {};
  readonly complaints: string[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly random: Random,
    /** Only one job, of transfers. */
    private readonly transfers = false,
  ) {}

  /** The whole cluster, with the little time that it takes to be at work again. */
  whenPaused(): Span[] {
    return this.pauses.map(({ from, to }) => ({
      from: from.getTime(),
      to: (to ?? new Date()).getTime() + AT_WORK_AGAIN_MS,
    }));
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.transfers) {
      await this.ask({ do: 'add', job: TRANSFERS }, this.random.fork());
      while (await between(60_000, signal));
      return;
    }
    const some: NewJobInput = { ...TRANSFERS, trigger: { type: 'interval', milliseconds: 400 } };
    await this.ask({ do: 'add', job: some }, this.random.fork());
    const lives = JOBS.map((job) => this.live(job, this.random.fork(), signal));
    await Promise.all([
      ...lives,
      this.runByHand(this.random.fork(), signal),
      this.pauseCluster(this.random.fork(), signal),
    ]);
  }

  /** Often, as only a run that comes while its job is being fired shows whether both are counted. */
  private async runByHand(random: Random, signal: AbortSignal): Promise<void> {
    while (await between(random.wait(300), signal)) {
      await this.ask({ do: 'run', jobId: random.pick(IDLE_JOBS) }, random);
    }
  }

  private async live(job: NewJobInput, random: Random, signal: AbortSignal): Promise<void> {
    const { id: jobId } = job;
    await this.ask({ do: 'add', job }, random);
    while (await between(random.wait(1_500), signal)) {
      const what = random.pick(['run', 'run', 'edit', 'pause', 'pause', 'remove'] as const);
      if (what === 'edit') {
        await this.ask({ do: 'edit', jobId, patch: anEdit(random) }, random);
        continue;
      }
      await this.ask({ do: what, jobId }, random);
      if (what === 'run') continue;
      const from = new Date();
      await between(random.wait(1_000), signal);
      const misses = random.pick(['skip', 'once'] as const);
      const undo: Ask = what === 'pause' ? { do: 'resume', jobId, misses } : { do: 'add', job };
      const to = await this.ask(undo, random);
      if (what === 'pause') this.stops.push({ what: 'job paused', jobId, from, to, misses });
      else this.stops.push({ what: 'job removed', jobId, from, to });
    }
  }

  private async pauseCluster(random: Random, signal: AbortSignal): Promise<void> {
    while (await between(random.wait(12_000), signal)) {
      const pause: { from: Date; to: Date | null } = { from: new Date(), to: null };
      this.pauses.push(pause);
      await this.ask({ do: 'pause-cluster' }, random);
      const from = new Date();
      await between(random.wait(1_500), signal);
      const to = await this.ask({ do: 'resume-cluster' }, random);
      pause.to = new Date();
      this.stops.push({ what: 'cluster paused', jobId: null, from, to });
    }
  }

  /** Asks until it is acknowledged. @returns when it was first asked */
  private async ask(ask: Ask, random: Random): Promise<Date> {
    const askedAt = new Date();
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const { node } = random.pick(this.cluster.slots);
      try {
        await node.ask(ask);
        this.note(ask, askedAt);
        return askedAt;
      } catch (error) {
        if (isDone(ask, error)) {
          this.note(ask, askedAt);
          return askedAt;
        }
        if (ask.do === 'run' && error instanceof Refused) return askedAt;
        if (!isPassing(error)) this.complain(ask, error);
      }
      await sleep(200);
    }
    this.complaints.push(`"${ask.do}" was not acknowledged in ${MAX_TRIES} tries`);
    return askedAt;
  }

  private note(ask: Ask, askedAt: Date): void {
    this.acknowledged[ask.do] = (this.acknowledged[ask.do] ?? 0) + 1;
    const jobId = 'jobId' in ask ? ask.jobId : 'job' in ask ? ask.job.id : null;
    if (jobId !== null) this.changes.push({ jobId, askedAt, answeredAt: new Date() });
  }

  private complain(ask: Ask, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.complaints.push(`"${ask.do}" was answered with: ${reason}`);
  }
}

const AT_WORK_AGAIN_MS = 1_000;
const MAX_TRIES = 600;

const CRONS = ['* * * * * *', '*/2 * * * * *'];

/** Another trigger, or something that leaves the plan as it is. */
const anEdit = (random: Random): JobPatchInput =>
  random.pick<() => JobPatchInput>([
    () => ({ trigger: { type: 'interval', milliseconds: random.whole(200, 1_500) } }),
    () => ({ trigger: { type: 'cron', expression: random.pick(CRONS) } }),
    () => ({ name: `edited ${random.whole(1, 1_000)}` }),
  ])();

/** An earlier try, whose answer was lost, has done it. */
const isDone = (ask: Ask, error: unknown) =>
  error instanceof Refused &&
  ((ask.do === 'add' && error.code === 'job-exists') ||
    (ask.do === 'remove' && error.code === 'job-not-found'));

/** To be expected while things break. */
const isPassing = (error: unknown) =>
  error instanceof NodeGone ||
  (error instanceof Refused &&
    (['unavailable', 'unknown-task', 'overlapped'].includes(error.code) ||
      error.message.startsWith('permission denied')));

/** False: it is over. */
async function between(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
