import { z } from 'zod';
import { parseApiKey, type ApiKey } from './tasks/http/index.js';

/** Every variable that is known, with its default and what is allowed. An empty one counts as unset. */

const whole = (least: number, most: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: `must be a whole number from ${least} to ${most}`,
    })
    .transform(Number);

const oneOf = <const T extends readonly string[]>(names: T) =>
  z.enum(names, { error: `must be one of ${names.join(', ')}` });

const listOf = <const T extends readonly string[]>(names: T) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(
      z.array(z.enum(names, { error: `must be a comma-separated list of ${names.join(', ')}` })),
    );

const postgresUrl = z
  .string()
  .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), {
    error: 'must be a connection URL, such as postgres://user:password@host:5432/name',
  });

const apiKeys = z.string().transform((text, context) => {
  const keys: ApiKey[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const key = parseApiKey(entry);
    if (key) keys.push(key);
    else {
      context.addIssue({
        code: 'custom',
        message:
          `must be a comma-separated list of name:role:sha256-of-key with the role viewer, ` +
          `operator or admin; entry ${index + 1} is not`,
      });
    }
  }
  return keys;
});

const webUrl = z.string().refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), {
  error: 'must be a URL that begins with http:// or https://',
});

/** `job=url`, separated by commas. */
const pings = z.string().transform((text, context) => {
  const urls: Record<string, string> = {};
  for (const [index, entry] of text.split(',').entries()) {
    const [, job, url] = /^\s*([^=]+)=(https?:\/\/.+)$/.exec(entry) ?? [];
    if (job !== undefined && url !== undefined && URL.canParse(url)) urls[job] = url.trim();
    else {
      context.addIssue({
        code: 'custom',
        message: `must be a comma-separated list of job=url; entry ${index + 1} is not`,
      });
    }
  }
  return urls;
});

const HOUR_MS = 3_600_000;

export const environmentSchema = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: whole(0, 65_535).default(3_000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: postgresUrl.optional(),
  TASKS_DIRECT_DATABASE_URL: postgresUrl.optional(),
  TASKS_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,47}$/, {
      error: 'must begin with a-z or _ and continue with a-z, 0-9 or _, 48 characters at most',
    })
    .default('carillon'),
  TASKS_MIGRATIONS: oneOf(['run', 'check']).default('run'),
  TASKS_NODE_NAME: z.string().max(200, { error: 'must have 200 characters at most' }).optional(),
  TASKS_VERSION: z.string().max(200, { error: 'must have 200 characters at most' }).optional(),
  TASKS_ROLES: listOf(['scheduler', 'worker', 'api']).prefault('scheduler,worker,api'),
  TASKS_CONCURRENCY: whole(1, 10_000).default(10),
  TASKS_POOL_SIZE: whole(1, 1_000).default(10),
  TASKS_SHUTDOWN_GRACE_MS: whole(0, HOUR_MS).default(10_000),
  TASKS_LEASE_MS: whole(1_000, HOUR_MS).default(5_000),
  TASKS_HEARTBEAT_MS: whole(100, HOUR_MS).default(2_000),
  TASKS_DEAD_AFTER_MS: whole(200, 24 * HOUR_MS).default(10_000),
  TASKS_ORPHAN_AFTER_MS: whole(1_000, 365 * 24 * HOUR_MS).default(900_000),
  TASKS_START_TIMEOUT_MS: whole(0, HOUR_MS).default(30_000),
  TASKS_RETENTION_DAYS: whole(1, 36_500).default(30),
  TASKS_JOBS_FILE: z.string().optional(),
  TASKS_HINT: oneOf(['on', 'off']).default('on'),
  TASKS_ENGINE_THREAD: oneOf(['on', 'off']).default('on'),
  TASKS_API_ENABLED: oneOf(['true', 'false']).default('true'),
  TASKS_API_PREFIX: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)+$/, { error: 'must be a path such as /scheduler' })
    .default('/scheduler'),
  TASKS_API_KEYS: apiKeys.default([]),
  TASKS_DASHBOARD_ENABLED: oneOf(['true', 'false']).default('true'),
  TASKS_WEBHOOK_URL: webUrl.optional(),
  TASKS_WEBHOOK_SECRET: z.string().optional(),
  TASKS_WEBHOOK_AFTER_FAILURES: whole(1, 10).default(1),
  TASKS_PUBLIC_API_URL: webUrl.optional(),
  TASKS_PINGS: pings.default({}),
  LOG_FORMAT: oneOf(['text', 'json']).optional(),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'verbose']).default('info'),
});

export type Environment = z.infer<typeof environmentSchema>;

/** Their values are never printed. */
export const SECRETS: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'TASKS_DIRECT_DATABASE_URL',
  'TASKS_API_KEYS',
  // Their paths are what opens a chat or a check to whoever knows them.
  'TASKS_WEBHOOK_URL',
  'TASKS_WEBHOOK_SECRET',
  'TASKS_PINGS',
]);
