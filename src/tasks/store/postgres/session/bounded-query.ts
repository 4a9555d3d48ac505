import type { ClientBase } from 'pg';
import { beginWith, type SessionSettings } from './session-settings.js';

interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly name?: string;
  /** How long the client waits for the answer, in ms. */
  readonly query_timeout?: number;
}

/**
 * One statement on a connection of ours.
 *
 * A connection that keeps its session has the limits from its start. Behind a transaction pooler the
 * statement gets a transaction that has them: three round trips instead of one.
 *
 * What can go wrong, and why it does not matter:
 *
 * - The client gives up. The server's own limits are shorter than the client's patience, so by then the
 *   statement has ended there; nothing waits on, piles up or takes effect later.
 * - The client freezes or dies in the midst of the transaction. It is rolled back after the second for
 *   which a transaction of ours may be idle, or as soon as the pooler notices.
 * - The answer to the COMMIT is lost. The outcome is unknown, as it is for a statement on its own.
 *
 * No statement is prepared by name there: another session would have to know it. Whoever calls this
 * must not use the connection again after an error.
 */
export async function boundedQuery<Row>(
  client: ClientBase,
  query: Query,
  limits: SessionSettings | null,
): Promise<Row[]> {
  const { text } = query;
  const values = [...query.values];
  if (limits === null) {
    const { rows } = await client.query({ ...query, values });
    return rows as Row[];
  }
  const patience = query.query_timeout === undefined ? {} : { query_timeout: query.query_timeout };
  await client.query({ text: beginWith(limits), ...patience });
  const { rows } = await client.query({ text, values, ...patience });
  await client.query({ text: 'COMMIT', ...patience });
  return rows as Row[];
}
