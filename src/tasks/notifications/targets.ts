import type { Clock } from '../domain/clock.js';
import { MAX_FAILURES } from '../domain/outcomes.js';
import type { Notification } from '../store/alarm-store.js';
import { httpUrl, refused } from './http-url.js';
import { messageOf } from './message.js';
import { ANSWER_MS, post } from './request.js';
import type { TasksNotificationsOptions } from './tasks-notifications.options.js';

/** Sends one notification, until `stopped`. Rejects where it did not get through. */
export type Send = (notification: Notification, now: Date, stopped: AbortSignal) => Promise<void>;

/**
 * Who is told, by name.
 *
 * @throws InvalidInputError for a webhook that is none, for two of one name, and for a number out of its bounds
 */
export function targetsOf(
  { webhooks, hooks, apiUrl = '', failuresInARow }: TasksNotificationsOptions,
  clock: Clock,
): ReadonlyMap<string, Send> {
  if (!(failuresInARow >= 1 && failuresInARow <= MAX_FAILURES))
    throw refused('/failuresInARow', `must be from 1 to ${MAX_FAILURES}`);
  const targets = new Map<string, Send>();
  const add = (name: string, pointer: string, send: Send) => {
    if (targets.has(name)) throw refused(pointer, `has the name "${name}" of another one`);
    targets.set(name, send);
  };
  for (const [index, webhook] of webhooks.entries()) {
    const { host } = httpUrl(webhook.url, `/webhooks/${index}/url`);
    mustBeHeaders(webhook.headers ?? {}, `/webhooks/${index}/headers`);
    add(webhook.name ?? host, `/webhooks/${index}/name`, (notification, now, stopped) => {
      const body = JSON.stringify(messageOf(notification, apiUrl || null));
      return post(webhook, notification.id, now, body, stopped);
    });
  }
  for (const [name, hook] of Object.entries(hooks)) {
    add(name, `/hooks/${name}`, async (notification, _now, stopped) => {
      const returned = new AbortController();
      try {
        const called = Promise.resolve(hook(messageOf(notification, apiUrl || null)));
        await Promise.race([called, late(clock, AbortSignal.any([stopped, returned.signal]))]);
      } finally {
        returned.abort();
      }
    });
  }
  return targets;
}

/** Rejects when it is too late, or the node stops: a function that hangs keeps nobody else from being told. */
async function late(clock: Clock, stopped: AbortSignal): Promise<never> {
  await clock.sleep(ANSWER_MS, stopped);
  throw new Error(`it has not returned within ${ANSWER_MS / 1_000} s`);
}

/** What HTTP does not take would be refused at each request, with its value in the error. */
function mustBeHeaders(headers: Readonly<Record<string, string>>, pointer: string): void {
  try {
    new Headers(headers);
  } catch {
    throw refused(pointer, 'has a name or a value that HTTP does not allow');
  }
}
