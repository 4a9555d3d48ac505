import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What is not tried without it, and how to have it tried. */
export const POOLER_MISSING =
  'NOT TRIED: PgBouncer between the nodes and the database. ' +
  'To have it tried: apt-get install pgbouncer';

/** Where PgBouncer is; null: it is not installed. */
export const poolerProgram = (): string | null =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'pgbouncer'))
    .find(existsSync) ?? null;
