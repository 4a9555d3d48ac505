import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../domain/errors.js';

/** PostgreSQL cuts names at 63 bytes; the rest is left for what is derived from this one. */
const NAME = /^[a-z_][a-z0-9_]{0,47}$/;

/**
 * The schema of our tables, and what is derived from it, so that two schedulers in one database
 * never meet: the channel of wake-ups and the class of advisory locks.
 */
export class SchemaName {
  /** Ready to stand in SQL. */
  readonly quoted: string;
  /** The channel of wake-ups. */
  readonly channel: string;
  /** First half of the keys of our advisory locks: a signed 32-bit integer. */
  readonly lockClass: number;
  /** The same for the locks by which the transactions of runs are found. */
  readonly markClasses: readonly [number, number];

  constructor(readonly name: string) {
    if (!NAME.test(name)) {
      throw new InvalidInputError('The schema name', [
        { pointer: '/schema', message: `"${name}" must match ${NAME.source}` },
      ]);
    }
    this.quoted = `"${name}"`;
    this.channel = `${name}_wake`;
    const hash = createHash('sha256').update(name).digest();
    this.lockClass = hash.readInt32BE(0);
    this.markClasses = [hash.readInt32BE(4), hash.readInt32BE(8)];
  }
}
