import { describe, expect, it } from 'vitest';
import type { RegisteredTask } from '../registry/task-registry.js';
import { checkLocalOptions, checkLocalTask } from './local-options.js';

const check = (given: object, allowMemoryStore = false, production = false) => {
  const options = { ...given, store: 'memory' };
  return () => checkLocalOptions(options, { allowMemoryStore }, production);
};

describe('the options of local mode', () => {
  it('are refused by name where they ask for a cluster', () => {
    const cluster = { databaseUrl: 'postgres://db/app', roles: ['worker'], concurrency: 3 };
    expect(check(cluster)).toThrow(
      'The options of TasksModule was refused: ' +
        '/databaseUrl cannot be given together with store "memory": local mode has no database. ' +
        'Remove one of them; ' +
        '/roles cannot be given together with store "memory": one process has every role. ' +
        'Remove one of them',
    );
  });

  it('are fine without them', () => {
    expect(check({ timeZone: 'Europe/Berlin', shutdownGraceMs: 1 })).not.toThrow();
  });

  it('are refused in production, unless somebody insists', () => {
    expect(check({}, false, true)).toThrow('/store "memory" forgets every job with the process');
    expect(check({}, true, true)).not.toThrow();
    expect(check({}, false, false)).not.toThrow();
  });
});

describe('a declared job', () => {
  it('is refused when it needs a database, and its method is named', () => {
    const task = { source: 'Orders.bill', job: { transactional: true } } as RegisteredTask;
    expect(() => checkLocalTask(task)).toThrow(
      'The declaration of Orders.bill was refused: /transactional needs a database',
    );
  });
});
