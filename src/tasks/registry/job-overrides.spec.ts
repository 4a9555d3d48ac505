import { describe, expect, it } from 'vitest';
import { aDeclaration } from '../../../test/support/builders.js';
import type { JobOverrideInput } from '../domain/configured-job.js';
import { withHash } from './declaration-hash.js';
import { JobOverrides } from './job-overrides.js';

const { hash: _hash, ...said } = aDeclaration('Reports.daily', { tags: ['reports'] });
const job = withHash(said);

const overridden = (override: JobOverrideInput) =>
  new JobOverrides({ 'Reports.daily': override }).apply(job, 'Europe/Berlin');

describe('an override', () => {
  it('replaces what it names, and nothing else', () => {
    const { hash, ...changed } = overridden({ priority: 7, tags: [], payload: { team: 7 } });
    expect(changed).toEqual({ ...said, priority: 7, tags: [], payload: { team: 7 } });
    expect(hash).not.toBe(job.hash);
  });

  it('is a part of the declaration: what says the same has the same hash', () => {
    expect(overridden({ priority: 0 })).toEqual(job);
    expect(overridden({}).hash).toBe(job.hash);
  });

  it('may switch a job off, or on', () => {
    expect(overridden({ disabled: true }).disabled).toBe(true);
    const off = { ...job, disabled: true };
    const on = new JobOverrides({ 'Reports.daily': { disabled: false } }).apply(off, 'UTC');
    expect(on.disabled).toBe(false);
  });

  it('may give it another trigger, a cron expression in the zone of declared ones', () => {
    const trigger = { type: 'cron', expression: '0 7 * * *' } as const;
    expect(overridden({ trigger }).trigger).toEqual({ ...trigger, timeZone: 'Europe/Berlin' });
  });

  it('leaves other jobs alone', () => {
    const overrides = new JobOverrides({ other: { priority: 1 } });
    expect(overrides.apply(job, 'UTC')).toBe(job);
  });

  it('is refused with each wrong field behind the id of its job', () => {
    const wrong = { a: { priority: 0.5 }, b: { trigger: { type: 'lunar' } }, c: { colour: 'red' } };
    expect(() => new JobOverrides(wrong as never)).toThrow(
      /^The option "overrides" was refused: \/a\/priority .*; \/b\/trigger.*; \/c\/colour is not/,
    );
  });

  it('of a job that no decorator declares is refused with those that there are', () => {
    const overrides = new JobOverrides({ 'Report.daily': { priority: 1 } });
    expect(() => overrides.checkIds(['b', 'Reports.daily'])).toThrow(
      'The option "overrides" was refused: /Report.daily is not the id of a job that a decorator ' +
        'declares (Reports.daily, b)',
    );
    expect(() => overrides.checkIds([])).toThrow('(there are none)');
    expect(() => overrides.checkIds(['Report.daily'])).not.toThrow();
  });
});
