import { describe, expect, it } from 'vitest';
import { aPolicy } from '../../../test/support/builders.js';
import { whyUnreadable } from './unreadable.js';

const JOB = { id: 'report', trigger: { type: 'interval', minutes: 1 } as unknown, ...aPolicy() };

describe('a stored job', () => {
  it('is read as it is, also when it fires no more or takes random fields from its id', () => {
    expect(whyUnreadable(JOB)).toBeNull();
    const past = { type: 'date', at: '2020-01-01T00:00:00Z' };
    expect(whyUnreadable({ ...JOB, trigger: past })).toBeNull();
    const hashed = { type: 'cron', expression: 'H H * * *' };
    expect(whyUnreadable({ ...JOB, trigger: hashed })).toBeNull();
  });

  it.each([
    ['a policy of a newer version', { overlap: 'queue' }, '/overlap '],
    ['a policy of another type', { maxInstances: '3' }, '/maxInstances '],
    [
      'a trigger of a newer version',
      { trigger: { type: 'moon' } },
      '/trigger/type must have a type',
    ],
    ['a trigger that is none', { trigger: 'daily' }, '/trigger '],
    [
      'a zone that this machine does not know',
      { trigger: { type: 'cron', expression: '* * * * *', timeZone: 'Mars/Base' } },
      '/trigger/timeZone ',
    ],
    [
      'an expression of a newer version',
      { trigger: { type: 'cron', expression: '@sunrise' } },
      '/trigger/expression ',
    ],
  ])('is unreadable with %s', (_title, values, reason) => {
    expect(whyUnreadable({ ...JOB, ...values })).toContain(reason);
  });

  it('names everything that cannot be read at once', () => {
    const job = { ...JOB, overlap: 'queue', priority: null, trigger: {} };
    expect(whyUnreadable(job)).toMatch(/\/overlap .*; \/priority .*; \/trigger/);
  });
});
