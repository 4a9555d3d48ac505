import { SEVERITIES } from '../domain/problems/situation.js';
import type { Message } from './message.js';

/** Who is told by an HTTP request. */
export interface Webhook {
  /** Under which it is remembered what it was told. Default: the host of its URL. */
  readonly name?: string;
  readonly url: string;
  /**
   * The key that requests are signed with, as Standard Webhooks has it: `whsec_` and base64, or any other text.
   * Default: they are not signed.
   */
  readonly secret?: string;
  /** Sent along, such as `Authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a run tells that it began and how it ended; what is left out is not told. */
export interface PingUrls {
  readonly start?: string;
  readonly success?: string;
  readonly fail?: string;
}

/** Who is told of what. By default nobody is. */
export class TasksNotificationsOptions {
  /** Told of problems when they begin and when they are over. */
  webhooks: readonly Webhook[] = [];

  /**
   * The same for functions of the host, by a name under which it is remembered what each was told. One node calls it,
   * again later when it throws, rejects, or has not returned within 10 s.
   */
  hooks: Readonly<Record<string, (message: Message) => unknown>> = {};

  /**
   * Dead man's switches, by the ids of jobs: the URL of a check that raises an alarm when no run reports in time. One
   * text is a check as Healthchecks has it: pinged when a run has succeeded, with `/start` behind it when it begins and
   * `/fail` when it has failed.
   */
  pings: Readonly<Record<string, string | PingUrls>> = {};

  /** What is told. Default: errors and warnings. */
  severities: readonly (typeof SEVERITIES)[number][] = SEVERITIES;

  /** A job is told of that has failed so often in a row, 10 at most. Default: 1. */
  failuresInARow = 1;

  /** How often one node of all looks for problems, in ms. Default: 10 s. */
  everyMs = 10_000;

  /** A problem is over that was not there for so long, in ms. Default: 1 min. */
  recoveredAfterMs = 60_000;

  /** Where the API is as its readers see it, such as `https://tasks.example.com/scheduler`: links lead there. */
  apiUrl?: string;
}
