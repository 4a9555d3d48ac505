import { describe, expect, it } from 'vitest';
import { readConfig } from './app.config.js';

const HASH = 'ab'.repeat(32);

const refusal = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(env);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('readConfig', () => {
  it('has a default for everything', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: null,
      log: { format: 'text', level: 'info' },
      tasks: {
        schema: 'carillon',
        migrations: 'run',
        roles: ['scheduler', 'worker', 'api'],
        concurrency: 10,
        poolSize: 10,
        shutdownGraceMs: 10_000,
        leaseMs: 5_000,
        heartbeatMs: 2_000,
        deadAfterMs: 10_000,
        orphanAfterMs: 900_000,
        retentionDays: 30,
        hint: true,
        engineThread: true,
      },
      api: { prefix: '/scheduler', keys: [], host: '127.0.0.1', production: false },
      dashboard: true,
      warnings: [],
    });
    expect(config.tasks.nodeName).not.toBe('');
    expect(config.tasks.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(config.tasks).not.toHaveProperty('directDatabaseUrl');
  });

  it('takes what it is given', () => {
    const config = readConfig({
      NODE_ENV: 'production',
      PORT: '8080',
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgres://a:b@db/x',
      TASKS_DIRECT_DATABASE_URL: 'postgresql://a:b@direct/x',
      TASKS_ROLES: 'api, worker',
      TASKS_VERSION: '7',
      TASKS_HINT: 'off',
      TASKS_ENGINE_THREAD: 'off',
      TASKS_API_PREFIX: '/ops/jobs',
      TASKS_API_KEYS: `ann:viewer:${HASH},bob:admin:${HASH}`,
      LOG_LEVEL: 'warn',
    });
    expect(config).toMatchObject({
      port: 8080,
      databaseUrl: 'postgres://a:b@db/x',
      log: { format: 'json', level: 'warn' },
      tasks: {
        directDatabaseUrl: 'postgresql://a:b@direct/x',
        roles: ['api', 'worker'],
        version: '7',
        hint: false,
        engineThread: false,
      },
      api: {
        prefix: '/ops/jobs',
        host: '0.0.0.0',
        production: true,
        keys: [
          { name: 'ann', role: 'viewer' },
          { name: 'bob', role: 'admin' },
        ],
      },
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', TASKS_API_KEYS: '', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  it('serves no API without the role for it, or when it is switched off', () => {
    expect(readConfig({ TASKS_ROLES: 'worker' }).api).toBeNull();
    expect(readConfig({ TASKS_API_ENABLED: 'false' }).api).toBeNull();
  });

  it('serves no page when it is switched off, nor without the API', () => {
    expect(readConfig({ TASKS_DASHBOARD_ENABLED: 'false' }).dashboard).toBe(false);
    expect(readConfig({ TASKS_API_ENABLED: 'false' }).dashboard).toBe(false);
  });

  it.each([
    ['PORT', '70000', 'PORT is "70000": it must be a whole number from 0 to 65535'],
    ['PORT', '80a', 'PORT is "80a"'],
    ['TASKS_LEASE_MS', '999', 'TASKS_LEASE_MS is "999": it must be a whole number from 1000'],
    ['TASKS_SCHEMA', 'My Schema', 'TASKS_SCHEMA is "My Schema": it must begin with a-z'],
    ['TASKS_SCHEMA', 'a'.repeat(49), '48 characters at most'],
    ['TASKS_MIGRATIONS', 'maybe', 'it must be one of run, check'],
    ['TASKS_ROLES', 'worker,boss', 'TASKS_ROLES is "worker,boss": it must be'],
    ['TASKS_API_PREFIX', 'scheduler', 'it must be a path such as /scheduler'],
    ['TASKS_API_PREFIX', '/', 'it must be a path such as /scheduler'],
    ['TASKS_HINT', 'yes', 'it must be one of on, off'],
    ['LOG_LEVEL', 'loud', 'it must be one of fatal, error'],
  ])('refuses %s=%s and says what is allowed', (name, value, message) => {
    expect(refusal({ [name]: value })).toContain(message);
  });

  it('names every refused variable at once', () => {
    expect(refusal({ PORT: 'x', TASKS_LEASE_MS: 'y' })).toMatch(/PORT[^]*TASKS_LEASE_MS/);
  });

  it('never prints a secret', () => {
    const message = refusal({
      DATABASE_URL: 'mysql://root:hunter2@db',
      TASKS_DIRECT_DATABASE_URL: 'hunter2',
      TASKS_API_KEYS: 'ann:admin:hunter2',
    });
    expect(message).toMatch(/DATABASE_URL[^]*TASKS_DIRECT_DATABASE_URL[^]*TASKS_API_KEYS/);
    expect(message).toContain('entry 1 is not');
    expect(message).not.toContain('hunter2');
  });

  it('refuses a heartbeat that would let a healthy node be taken for dead', () => {
    const message = refusal({ TASKS_HEARTBEAT_MS: '6000', TASKS_DEAD_AFTER_MS: '11999' });
    expect(message).toContain('TASKS_HEARTBEAT_MS * 2 <= TASKS_DEAD_AFTER_MS');
    expect(message).toContain('6000');
    expect(refusal({ TASKS_HEARTBEAT_MS: '6000', TASKS_DEAD_AFTER_MS: '12000' })).toBe('accepted');
  });

  it('warns of a misspelt variable, and names the one that was meant', () => {
    expect(readConfig({ TASKS_LEASE: '5000', OTHER: 'x' }).warnings).toEqual([
      'TASKS_LEASE is not known and has no effect. Did you mean TASKS_LEASE_MS?',
    ]);
  });
});
