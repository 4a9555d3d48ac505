import { createHash } from 'node:crypto';
import { IdempotencyConflictError, TasksError } from '../../../domain/errors.js';
import { STAMP } from '../database-time.js';
import type { JobWriter } from './job-writer.js';

/** A request that may come twice. */
export interface Once {
  /** What the key belongs to, such as running one job. */
  readonly scope: string;
  readonly key: string;
  /** What is asked: the same key for something else is a mistake. */
  readonly request: unknown;
}

/**
 * Does something once for a key and answers the same from then on. The key is written in the
 * transaction of what it stands for: of two that come at once the later waits, and then finds the
 * answer of the first, or nothing if that one was rolled back.
 *
 * @param make does it; its answer is a short text, such as an id
 * @throws IdempotencyConflictError
 */
export async function answerOnce(
  writer: JobWriter,
  { scope, key, request }: Once,
  make: () => Promise<string>,
): Promise<string> {
  const { quoted } = writer.schema;
  const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  const made = await writer.query(
    `INSERT INTO ${quoted}.idempotency_keys (scope, key, fingerprint, created_at)
     VALUES ($2, $3, $4, ${STAMP})
     ON CONFLICT DO NOTHING
     RETURNING key`,
    [scope, key, fingerprint],
  );
  if (made.length > 0) {
    const answer = await make().catch((error: unknown) => forget(writer, { scope, key }, error));
    await writer.sql.query(
      `UPDATE ${quoted}.idempotency_keys SET answer = $3::jsonb WHERE scope = $1 AND key = $2`,
      [scope, key, JSON.stringify(answer)],
    );
    return answer;
  }
  const [before] = await writer.sql.query<{ fingerprint: string; answer: string }[]>(
    `SELECT fingerprint, answer #>> '{}' AS answer FROM ${quoted}.idempotency_keys
     WHERE scope = $1 AND key = $2`,
    [scope, key],
  );
  if (before?.fingerprint !== fingerprint) throw new IdempotencyConflictError(key);
  return before.answer;
}

/** Whoever gave us the transaction may catch a refusal and go on: no key must stay without an answer. */
async function forget(
  { sql, schema }: JobWriter,
  { scope, key }: Omit<Once, 'request'>,
  error: unknown,
): Promise<never> {
  if (error instanceof TasksError) {
    await sql.query(`DELETE FROM ${schema.quoted}.idempotency_keys WHERE scope = $1 AND key = $2`, [
      scope,
      key,
    ]);
  }
  throw error;
}
