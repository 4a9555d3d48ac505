import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource } from 'typeorm';
import type { RunConnection } from '../transactions/run-connection.js';

interface Going {
  readonly dataSource: DataSource;
  readonly connection: RunConnection;
}

const going = new AsyncLocalStorage<Going>();
const joined = new WeakSet<DataSource>();

/**
 * Lets everything that uses this data source in the course of a transactional run take part in the
 * run's transaction: repositories, entity managers, query builders, `query` and hand-made query
 * runners, in the handler and in all that it calls. All of TypeORM asks `createQueryRunner` for its
 * connections, so that is the one place to stand in. Outside of such runs nothing changes.
 */
export function joinRuns(dataSource: DataSource): void {
  if (joined.has(dataSource)) return;
  joined.add(dataSource);
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => connectionOf(dataSource)?.lend() ?? create(mode);
}

/** Calls `body` in the course of a run on this connection. */
export function inRun<T>(dataSource: DataSource, connection: RunConnection, body: () => T): T {
  return going.run({ dataSource, connection }, body);
}

/** Undefined outside of transactional runs on this data source. */
export function connectionOf(dataSource: DataSource): RunConnection | undefined {
  const run = going.getStore();
  return run?.dataSource === dataSource ? run.connection : undefined;
}
