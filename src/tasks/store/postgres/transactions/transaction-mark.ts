import type { Claim } from '../../run-queue.js';
import type { SchemaName } from '../schema-name.js';

/**
 * How a transactional run is known by its transaction: by two advisory locks that it holds, shared and
 * of the transaction, so that they end with it and nobody waits for them.
 *
 * They are seen in `pg_locks` by everybody, whatever role, also behind a transaction pooler. They say
 * which server process works for which claim at this moment, so nothing has to be written down, and a
 * process id that is used again means nobody else.
 *
 * The first holds the lower half of the run's id, the second the rest of it and the attempt. Two classes
 * of keys that a host happens to use both are not to be expected.
 */
export function markKeys({ markClasses }: SchemaName, { runId, attempt }: Claim): number[] {
  const id = BigInt(runId);
  const low = Number(BigInt.asIntN(32, id));
  const rest = Number(BigInt.asIntN(32, ((id >> 32n) << 16n) | BigInt(attempt & 0xffff)));
  return [markClasses[0], low, markClasses[1], rest];
}

/** The transactions of runs that go on in this database: `pid`, `run_id` and `attempt`. */
export const marked = ({ markClasses: [low, rest] }: SchemaName) => `
    SELECT a.pid, ((b.objid::bigint >> 16) << 32) | a.objid::bigint AS run_id,
           (b.objid::bigint & 65535)::int AS attempt
    FROM held a JOIN held b ON b.pid = a.pid
    WHERE a.class = ${unsigned(low)} AND b.class = ${unsigned(rest)}`;

/** What `marked` reads from: `pg_locks` once. */
export const heldMarks = ({ markClasses }: SchemaName) => `
    SELECT l.pid, l.classid::bigint AS class, l.objid
    FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
      AND l.classid::bigint IN (${markClasses.map(unsigned).join(', ')})
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** As the server shows what it was given as a signed number. */
const unsigned = (value: number) => value >>> 0;
