import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { z } from 'zod';
import { closestName } from './closest-name.js';
import { environmentSchema, SECRETS, type Environment } from './environment.js';
import type { TasksHttpOptions } from './tasks/http/index.js';
import { JobsFileError, readJobsFile } from './jobs-file.js';
import type { TasksNotificationsOptions } from './tasks/notifications/index.js';
import type { ConfiguredJobInput, TasksOptions } from './tasks/index.js';

/** What the application was told by its environment. */
export interface AppConfig {
  readonly port: number;
  readonly host: string;
  /** Null: an embedded PostgreSQL is used. */
  readonly databaseUrl: string | null;
  readonly log: { readonly format: 'text' | 'json'; readonly level: Environment['LOG_LEVEL'] };
  readonly tasks: Partial<TasksOptions>;
  /** Who may read what is served, in every role. */
  readonly access: Partial<TasksHttpOptions>;
  /** Null: this node serves no API. */
  readonly api: (Partial<TasksHttpOptions> & Pick<TasksHttpOptions, 'prefix'>) | null;
  /** Whether the page is served at `/`. It needs the API. */
  readonly dashboard: boolean;
  /** Who is told of problems. */
  readonly notifications: Partial<TasksNotificationsOptions>;
  /** What looks like a mistake but does no harm. */
  readonly warnings: readonly string[];
}

/**
 * The configuration that these variables describe.
 *
 * @throws Error naming each refused variable, what it holds and what is allowed
 */
export function readConfig(variables: NodeJS.ProcessEnv): AppConfig {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw refused([...new Set(parsed.error.issues.map((issue) => complaint(issue, given)))]);
  }
  const env = parsed.data;
  if (env.TASKS_HEARTBEAT_MS * 2 > env.TASKS_DEAD_AFTER_MS) {
    throw refused([
      `TASKS_HEARTBEAT_MS is ${env.TASKS_HEARTBEAT_MS} and TASKS_DEAD_AFTER_MS is ` +
        `${env.TASKS_DEAD_AFTER_MS}: TASKS_HEARTBEAT_MS * 2 <= TASKS_DEAD_AFTER_MS must hold, ` +
        `or a healthy node would be taken for dead`,
    ]);
  }
  return configOf(env, jobsOf(env.TASKS_JOBS_FILE), unknownVariables(given));
}

/** The configuration of this process. */
export const readProcessConfig = (): AppConfig => readConfig(process.env);

function configOf(
  env: Environment,
  jobs: readonly ConfiguredJobInput[] | undefined,
  warnings: readonly string[],
): AppConfig {
  const production = env.NODE_ENV === 'production';
  const access = {
    keys: env.TASKS_API_KEYS,
    host: env.HOST,
    production,
    keyHelp: 'Configure one with TASKS_API_KEYS: src/docs/http.md says how to make one.',
    openHelp: 'It is open on HOST=127.0.0.1 while NODE_ENV is not production.',
  };
  const serves = env.TASKS_API_ENABLED === 'true' && env.TASKS_ROLES.includes('api');
  return {
    port: env.PORT,
    host: env.HOST,
    databaseUrl: env.DATABASE_URL ?? null,
    log: { format: env.LOG_FORMAT ?? (production ? 'json' : 'text'), level: env.LOG_LEVEL },
    tasks: {
      ...(env.TASKS_DIRECT_DATABASE_URL && { directDatabaseUrl: env.TASKS_DIRECT_DATABASE_URL }),
      schema: env.TASKS_SCHEMA,
      migrations: env.TASKS_MIGRATIONS,
      nodeName: env.TASKS_NODE_NAME ?? hostname(),
      version: env.TASKS_VERSION ?? packageVersion(),
      roles: env.TASKS_ROLES,
      concurrency: env.TASKS_CONCURRENCY,
      poolSize: env.TASKS_POOL_SIZE,
      shutdownGraceMs: env.TASKS_SHUTDOWN_GRACE_MS,
      leaseMs: env.TASKS_LEASE_MS,
      heartbeatMs: env.TASKS_HEARTBEAT_MS,
      deadAfterMs: env.TASKS_DEAD_AFTER_MS,
      orphanAfterMs: env.TASKS_ORPHAN_AFTER_MS,
      startTimeoutMs: env.TASKS_START_TIMEOUT_MS,
      retentionDays: env.TASKS_RETENTION_DAYS,
      hint: env.TASKS_HINT === 'on',
      engineThread: env.TASKS_ENGINE_THREAD === 'on',
      ...(jobs && { jobs }),
    },
    access,
    api: serves ? { ...access, prefix: env.TASKS_API_PREFIX, docs: 'root' } : null,
    dashboard: serves && env.TASKS_DASHBOARD_ENABLED === 'true',
    notifications: notificationsOf(env),
    warnings,
  };
}

function notificationsOf(env: Environment): Partial<TasksNotificationsOptions> {
  const { TASKS_WEBHOOK_URL: url, TASKS_WEBHOOK_SECRET: secret } = env;
  return {
    webhooks: url === undefined ? [] : [{ url, ...(secret !== undefined && { secret }) }],
    failuresInARow: env.TASKS_WEBHOOK_AFTER_FAILURES,
    pings: env.TASKS_PINGS,
    ...(env.TASKS_PUBLIC_API_URL && { apiUrl: env.TASKS_PUBLIC_API_URL }),
  };
}

function jobsOf(path: string | undefined): readonly ConfiguredJobInput[] | undefined {
  if (path === undefined) return undefined;
  try {
    return readJobsFile(path);
  } catch (error) {
    if (!(error instanceof JobsFileError)) throw error;
    const file = `TASKS_JOBS_FILE is ${JSON.stringify(path)}`;
    throw refused(error.complaints.map((wrong) => `${file}: it ${wrong}`));
  }
}

function refused(complaints: readonly string[]): Error {
  return new Error(
    `The environment was refused:\n${complaints.map((line) => `  ${line}.`).join('\n')}`,
  );
}

function complaint(issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const name = String(issue.path[0]);
  const value = SECRETS.has(name) ? 'set (its value is not shown)' : JSON.stringify(given[name]);
  return `${name} is ${value}: it ${issue.message}`;
}

/** A misspelt variable would silently leave its default in force. */
function unknownVariables(given: Record<string, unknown>): string[] {
  const known = Object.keys(environmentSchema.shape);
  return Object.keys(given)
    .filter((name) => name.startsWith('TASKS_') && !known.includes(name))
    .map(
      (name) => `${name} is not known and has no effect. Did you mean ${closestName(name, known)}?`,
    );
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
