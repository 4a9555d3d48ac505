import { DataSource, type EntityManager } from 'typeorm';
import type { PostgresTestStore } from './postgres-store.js';

/** What a host's own parser makes of a value that is not text. */
class Strange {
  constructor(
    readonly oid: number,
    readonly text: string,
  ) {}
}

/** Types whose values are texts to begin with: `text`, `varchar`, `name` and `unknown`. */
const TEXTS: ReadonlySet<number> = new Set([25, 1043, 19, 705]);

const STRANGE_TYPES = {
  getTypeParser: (oid: number) => (text: string) =>
    TEXTS.has(oid) ? text : new Strange(oid, text),
};

/**
 * A host's data source: on the database of our tables, with none of our entities, and with parsers of
 * its own for dates, numbers, arrays and JSON.
 */
export function aCallersDataSource({ url }: PostgresTestStore): Promise<DataSource> {
  const extra = { types: STRANGE_TYPES, options: '-c TimeZone=Asia/Kolkata -c DateStyle=SQL,DMY' };
  return new DataSource({ type: 'postgres', url, entities: [], poolSize: 3, extra }).initialize();
}

/** Ends a transaction without its changes. */
export async function rolledBack(
  dataSource: DataSource,
  body: (manager: EntityManager) => Promise<unknown>,
): Promise<void> {
  const ending = new Error('the caller has thought better of it');
  await dataSource
    .transaction(async (manager) => {
      await body(manager);
      throw ending;
    })
    .catch((error: unknown) => {
      if (error !== ending) throw error;
    });
}
