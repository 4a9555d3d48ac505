import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import { benchHost, drained, enqueue } from './bench-host.js';

const AT_ONCE = 100;
/** So many are in the ledger's queue at a time. */
const BATCH = 10_000;
/** The first of all runs fill caches and pools. */
const WARM_UP = 0.2;

export interface ManyRuns {
  readonly runs: number;
  /** Live memory after the warm-up and in the end, in MB. */
  readonly warmMb: number;
  readonly endMb: number;
  /** What kept the process alive before the node was there and after it was closed. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Listeners on the process, which outlive an application that forgets its own. */
  readonly listeners: readonly [before: number, after: number];
  /** Connections of the node that were still open after its end. */
  readonly connections: number;
}

/** One node that runs nothing, so many times: what it still holds in the end, it would hold for ever. */
export async function manyRuns(databaseUrl: string, runs: number): Promise<ManyRuns> {
  const collect = collector();
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'many-runs' });
  await client.connect();
  const query = async <Row extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ) => (await client.query<Row>(sql, [...values])).rows;
  const [before, heardBefore] = [process.getActiveResourcesInfo(), listeners()];
  const host = await benchHost(databaseUrl, AT_ONCE);
  let warmMb = 0;
  for (let done = 0; done < runs; done += BATCH) {
    if (warmMb === 0 && done >= runs * WARM_UP) warmMb = collect();
    await enqueue({ query }, Math.min(BATCH, runs - done));
    await drained({ query });
  }
  const endMb = collect();
  await host.close();
  // What was destroyed is gone only after the turn of the loop in which it closes.
  await new Promise((turn) => setTimeout(turn, 100));
  const [after, heardAfter] = [process.getActiveResourcesInfo(), listeners()];
  const [open] = await query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name <> 'many-runs'
       AND backend_type = 'client backend' AND application_name LIKE 'carillon%'`,
  );
  await client.end();
  return {
    runs,
    warmMb,
    endMb,
    before,
    after,
    listeners: [heardBefore, heardAfter],
    connections: open?.count ?? NaN,
  };
}

const listeners = () =>
  process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);

function collector(): () => number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
}
