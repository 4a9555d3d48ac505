import type { ClientConfig } from 'pg';
import type { PostgresStoreOptions } from './engine-options.js';
import type { PostgresAccess } from './probe-server.js';

/**
 * Settings of every session of ours.
 *
 * The time limits free a row that a frozen process would hold; the keep-alives notice a host that is
 * gone. The planner settings pin the plans: with fresh or stale statistics the planner may choose to
 * read whole tables, and then takes seconds for what takes a millisecond; and where it expects to do
 * better knowing the parameters, it plans anew each time, which takes longer than the statement.
 */
const SETTINGS = {
  idle_in_transaction_session_timeout: 1_000,
  lock_timeout: 2_000,
  statement_timeout: 5_000,
  client_connection_check_interval: 500,
  tcp_keepalives_idle: 2,
  tcp_keepalives_interval: 1,
  tcp_keepalives_count: 2,
  synchronous_commit: 'on',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  plan_cache_mode: 'force_generic_plan',
};

/** A server that has not answered for so long is not waited for any longer. */
const ANSWER_MS = 6_000;

/** A pooler refuses settings at the start of a connection, so behind one the server's own hold. */
export function clientConfig(
  { schema, node, connections }: PostgresStoreOptions,
  access: PostgresAccess,
  purpose: string,
): ClientConfig {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`);
  return {
    connectionString: access.url,
    application_name: `${schema.name}:${purpose}:${node.id}`,
    connectionTimeoutMillis: 3_000,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    ...(connections && { stream: connections.stream }),
    ...(access.keepsSession ? { options: settings.join(' ') } : {}),
  };
}
