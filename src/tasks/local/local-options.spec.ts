import { describe, expect, it } from 'vitest';
import type { DeclaredJob } from '../domain/declared-job.js';
import { checkLocalOptions, checkLocalJob } from './local-options.js';

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
    const job = { transactional: true } as DeclaredJob;
    expect(() => checkLocalJob(job, 'Orders.bill')).toThrow(
      'The declaration of Orders.bill was refused: /transactional needs a database',
    );
  });
});
