import { describe, expect, it } from 'vitest';
import { configuredJobIssues, configuredJobs } from './configured-jobs.js';

const hourly = { id: 'hourly', task: 'Reports.daily', trigger: { type: 'interval', hours: 1 } };

function declared(input: object) {
  const [job] = configuredJobs([input], 'Europe/Berlin');
  if (!job) throw new Error('there is none');
  return job;
}
const issues = (...jobs: unknown[]) =>
  configuredJobIssues(jobs).map(({ pointer, message }) => `${pointer} ${message}`);

describe('a configured job', () => {
  it('has the defaults of a job made at run time', () => {
    expect(declared(hourly)).toMatchObject({
      ...hourly,
      name: 'hourly',
      origin: 'config',
      payload: null,
      tags: [],
      paused: false,
      overlap: 'skip',
      misfireGraceMs: 86_400_000,
    });
  });

  it('may be disabled', () => {
    const job = declared({ ...hourly, disabled: true });
    expect(job.paused).toBe(true);
    expect(job.disabled).toBe(false);
  });

  it('has another hash when it says something else, and the same when it does not', () => {
    const { hash } = declared(hourly);
    expect(declared({ ...hourly, priority: 0 }).hash).toBe(hash);
    expect(declared({ ...hourly, priority: 1 }).hash).not.toBe(hash);
    expect(declared({ ...hourly, disabled: true }).hash).not.toBe(hash);
  });

  it('has its cron expression in the zone of declared ones, unless it names another', () => {
    const cron = { type: 'cron', expression: '0 9 * * *' };
    expect(declared({ ...hourly, trigger: cron }).trigger).toHaveProperty(
      'timeZone',
      'Europe/Berlin',
    );
    const utc = { ...cron, timeZone: 'UTC' };
    expect(declared({ ...hourly, trigger: utc }).trigger).toEqual(utc);
  });

  it('may have a trigger that has passed: it was configured when it had not', () => {
    const trigger = { type: 'date', at: '2020-01-01T00:00:00Z' };
    expect(issues({ ...hourly, trigger })).toEqual([]);
  });
});

describe('a list of configured jobs', () => {
  it('is refused with every wrong field behind the index of its entry', () => {
    expect(
      issues(
        hourly,
        { id: 'b', task: 'x', trigger: { type: 'cron', expression: '61 * * * *' } },
        { ...hourly, id: 'c', colour: 'red', paused: true },
        'nonsense',
      ),
    ).toEqual([
      expect.stringMatching(/^\/1\/trigger\/expression /),
      '/2/colour is not a known field',
      '/2/paused is not a known field',
      expect.stringMatching(/^\/3 /),
    ]);
    expect(() => configuredJobs([{ ...hourly, priority: 0.5 }], 'UTC')).toThrow(
      /^The option "jobs" was refused: \/0\/priority /,
    );
  });

  it('is refused when two entries have the same id', () => {
    expect(issues(hourly, { ...hourly, id: 'other' }, hourly)).toEqual([
      '/2/id is that of entry 0 already',
    ]);
  });
});
