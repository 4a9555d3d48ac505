import type { Observer } from './observer.js';

/** Whom the nodes are to the database: an ordinary role, which can be denied things and limited. */
export const NODE_ROLE = 'chaos_nodes';

/** @returns the server's URL for that role */
export async function makeNodeRole(observer: Observer, serverUrl: string): Promise<string> {
  const url = new URL(serverUrl);
  await observer.query(`CREATE ROLE ${NODE_ROLE} LOGIN PASSWORD 'chaos'`);
  await observer.query(`GRANT CREATE ON DATABASE "${url.pathname.slice(1)}" TO ${NODE_ROLE}`);
  url.username = NODE_ROLE;
  url.password = 'chaos';
  return url.href;
}

/** What is not the nodes' own is theirs to write, too. */
export async function openSchema(observer: Observer, schema: string): Promise<void> {
  await observer.query(`GRANT USAGE ON SCHEMA ${schema} TO ${NODE_ROLE}`);
  await observer.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${NODE_ROLE}`);
}

/**
 * Ends sessions of nodes, whichever way they came, so that they begin anew.
 *
 * @param share how many of them
 * @returns how many those were
 */
export async function endSessions(observer: Observer, share = 1): Promise<number> {
  const [row] = await observer.query<{ ended: number }>(
    `SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity
     WHERE usename = $1 AND random() < $2`,
    [NODE_ROLE, share],
  );
  return row?.ended ?? 0;
}
