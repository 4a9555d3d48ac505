import { createHmac } from 'node:crypto';
import type { Webhook } from './tasks-notifications.options.js';

/** A receiver has so long to answer, in ms. */
export const ANSWER_MS = 10_000;

const MARK = 'whsec_';

/**
 * Sends a message, signed as Standard Webhooks 1.0 has it (https://www.standardwebhooks.com): the signature is
 * over id, time and body, so a receiver can tell that it is ours, not old and not heard before.
 *
 * @param id the same each time that it is sent
 * @param stopped ends the request
 * @throws Error that says why it did not get through
 */
export async function post(
  { url, secret, headers = {} }: Webhook,
  id: string,
  at: Date,
  body: string,
  stopped?: AbortSignal,
): Promise<void> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signature = secret === undefined ? null : signatureOf(secret, id, timestamp, body);
  const sent = {
    'content-type': 'application/json',
    'user-agent': 'carillon',
    ...headers,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signature !== null && { 'webhook-signature': signature }),
  };
  await ask(url, { method: 'POST', body, headers: sent }, stopped);
}

export function signatureOf(secret: string, id: string, timestamp: string, body: string): string {
  const key = secret.startsWith(MARK)
    ? Buffer.from(secret.slice(MARK.length), 'base64')
    : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/**
 * One request whose answer counts by its status alone. Redirects are not followed: they would lead what is
 * signed to somebody else.
 *
 * @throws Error that says why it did not get through, without the path, which may be a secret
 */
export async function ask(
  url: string,
  init: RequestInit = {},
  stopped?: AbortSignal,
): Promise<void> {
  const { host } = new URL(url);
  let answer: Response;
  try {
    const late = AbortSignal.timeout(ANSWER_MS);
    const signal = stopped ? AbortSignal.any([late, stopped]) : late;
    answer = await fetch(url, { ...init, redirect: 'manual', signal });
  } catch (error) {
    throw new Error(`${host} cannot be reached: ${reasonOf(error)}`, { cause: error });
  }
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${host} answered ${answer.status}`);
}

/** The error of `fetch` itself says only that it failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${ANSWER_MS / 1_000} s`;
  const { cause } = error;
  // The request was not even made, and its error may quote what is secret.
  if (!(cause instanceof Error)) return 'no request can be made of its URL and headers';
  return cause.message || String((cause as NodeJS.ErrnoException).code ?? cause.name);
}
