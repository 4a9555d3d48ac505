import type { Notification } from '../store/alarm-store.js';
import { httpUrl, refused } from './http-url.js';
import { messageOf } from './message.js';
import { post } from './request.js';
import type { TasksNotificationsOptions } from './tasks-notifications.options.js';

/** Sends one notification, until `stopped`. Rejects where it did not get through. */
export type Send = (notification: Notification, now: Date, stopped: AbortSignal) => Promise<void>;

/**
 * Who is told, by name.
 *
 * @throws InvalidInputError for a webhook that is none, and for two of one name
 */
export function targetsOf({
  webhooks,
  hooks,
  apiUrl = '',
}: TasksNotificationsOptions): ReadonlyMap<string, Send> {
  const targets = new Map<string, Send>();
  const add = (name: string, pointer: string, send: Send) => {
    if (targets.has(name)) throw refused(pointer, `has the name "${name}" of another one`);
    targets.set(name, send);
  };
  for (const [index, webhook] of webhooks.entries()) {
    const { host } = httpUrl(webhook.url, `/webhooks/${index}/url`);
    add(webhook.name ?? host, `/webhooks/${index}/name`, (notification, now, stopped) => {
      const body = JSON.stringify(messageOf(notification, apiUrl || null));
      return post(webhook, notification.id, now, body, stopped);
    });
  }
  for (const [name, hook] of Object.entries(hooks)) {
    add(name, `/hooks/${name}`, async (notification) => {
      await hook(messageOf(notification, apiUrl || null));
    });
  }
  return targets;
}
