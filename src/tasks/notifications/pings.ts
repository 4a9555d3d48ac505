import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../domain/clock.js';
import { within } from '../domain/within.js';
import { TasksLogger } from '../node/tasks-logger.js';
import { TasksEventBus } from '../service/task-events.js';
import { httpUrl } from './http-url.js';
import { ask } from './request.js';
import { TasksNotificationsOptions, type PingUrls } from './tasks-notifications.options.js';

/** After a ping that did not get through, in ms; then it is given up. */
const AGAIN_MS = [1_000, 5_000];

/** A stop does not wait longer for those that are still to be sent, in ms. */
const STOP_MS = 2_000;

const MOMENTS = {
  'run.started': 'start',
  'run.succeeded': 'success',
  'run.failed': 'fail',
  'run.timed-out': 'fail',
  'run.abandoned': 'fail',
} as const;

/**
 * Dead man's switches: tells a check outside that a job's run has begun and how it ended. The node that runs it does,
 * and remembers nothing: when it dies no ping comes, and that is what the check is for.
 */
@Injectable()
export class Pings implements OnApplicationShutdown {
  private readonly logger = new TasksLogger('TasksNotifications');
  private readonly urls: ReadonlyMap<string, PingUrls>;
  private readonly ends: (() => void)[] = [];
  /** What is still to be sent of each job, in order: of each moment the newest, however slow the check is. */
  private readonly waiting = new Map<string, Map<keyof PingUrls, string>>();
  private readonly sending = new Map<string, Promise<void>>();

  constructor(
    { pings }: TasksNotificationsOptions,
    events: TasksEventBus,
    private readonly clock: Clock,
  ) {
    this.urls = new Map(Object.entries(pings).map(([job, urls]) => [job, urlsOf(job, urls)]));
    if (this.urls.size === 0) return;
    for (const [name, moment] of Object.entries(MOMENTS) as [
      keyof typeof MOMENTS,
      keyof PingUrls,
    ][])
      this.ends.push(events.on(name, ({ data }) => this.ping(data.jobId, moment)));
  }

  /** The runs have ended. Their pings are still sent: a process that stops must not look like one that died. */
  async onApplicationShutdown(): Promise<void> {
    for (const end of this.ends) end();
    await within(this.clock, STOP_MS, Promise.all(this.sending.values()));
  }

  private ping(jobId: string, moment: keyof PingUrls): void {
    const url = this.urls.get(jobId)?.[moment];
    if (url === undefined) return;
    const waiting = this.waiting.get(jobId) ?? new Map<keyof PingUrls, string>();
    waiting.delete(moment);
    this.waiting.set(jobId, waiting.set(moment, url));
    if (!this.sending.has(jobId)) this.sending.set(jobId, this.sendAll(jobId, waiting));
  }

  private async sendAll(jobId: string, waiting: Map<keyof PingUrls, string>): Promise<void> {
    for (const [moment, url] of waiting) {
      waiting.delete(moment);
      await this.send(jobId, url);
    }
    this.sending.delete(jobId);
  }

  private async send(jobId: string, url: string): Promise<void> {
    for (const againMs of [...AGAIN_MS, null]) {
      try {
        return await ask(url);
      } catch (error) {
        if (againMs !== null) await this.clock.sleep(againMs);
        else {
          const reason = (error as Error).message;
          this.logger.warn(`The check of job "${jobId}" was not pinged: ${reason}.`, {
            event: 'ping.failed',
            jobId,
            reason,
          });
        }
      }
    }
  }
}

/** @throws InvalidInputError */
function urlsOf(job: string, given: string | PingUrls): PingUrls {
  const pointer = `/pings/${job}`;
  if (typeof given === 'string') {
    const url = httpUrl(given, pointer);
    return { start: below(url, 'start'), success: url.href, fail: below(url, 'fail') };
  }
  for (const [moment, url] of Object.entries(given)) httpUrl(url, `${pointer}/${moment}`);
  return given;
}

function below(url: URL, name: string): string {
  const made = new URL(url);
  made.pathname = `${made.pathname.replace(/\/$/, '')}/${name}`;
  return made.href;
}
