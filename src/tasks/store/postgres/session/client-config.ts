import type { ClientConfig } from 'pg';
import type { PostgresStoreOptions } from './engine-options.js';
import type { PostgresAccess } from './probe-server.js';
import { ENGINE_SETTINGS, sessionStart, type SessionSettings } from './session-settings.js';

/** A server that has not answered for so long is not waited for any longer. */
const ANSWER_MS = 6_000;

/** A connection of the engine. Behind a pooler, which refuses settings here, transactions have them. */
export function clientConfig(
  { schema, node, connections }: PostgresStoreOptions,
  { url, keepsSession }: PostgresAccess,
  purpose: string,
  settings: SessionSettings = {},
): ClientConfig {
  return {
    ...sessionStart(url, keepsSession, { ...ENGINE_SETTINGS, ...settings }),
    application_name: `${schema.name}:${purpose}:${node.id}`,
    connectionTimeoutMillis: 3_000,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    ...(connections && { stream: connections.stream }),
  };
}
