import { describe, expect, it } from 'vitest';
import { jobSchema, READ_ONLY } from '../http/jobs/job.dto.js';
import { DEFINED, exported, narrowedBy, parseExported, type Filter } from './exported.js';

it('an export holds all that somebody can decide of a job', () => {
  const decided = Object.keys(jobSchema.shape).filter((name) => !READ_ONLY.includes(name));
  expect([...DEFINED, 'id', 'paused'].sort()).toEqual(decided.sort());
});

describe('the file of an export', () => {
  const read = (filter?: Filter) => parseExported(JSON.stringify(exported([], filter)));

  it('says what narrowed it', () => {
    expect(read().filter).toEqual({});
    expect(narrowedBy(read())).toBeNull();
    const filter = { tag: ['reports', 'daily'], task: 'reports.daily' };
    expect(read(filter).filter).toEqual(filter);
    expect(narrowedBy(read(filter))).toBe('--tag reports --tag daily --task reports.daily');
  });

  it('is of all jobs where an older version has written nothing of it', () => {
    const older = parseExported('{"carillon":1,"jobs":[],"declared":[]}');
    expect(narrowedBy(older)).toBeNull();
  });

  it('is none where that is no filter', () => {
    expect(() => parseExported('{"carillon":1,"jobs":[],"declared":[],"filter":"x"}')).toThrow(
      'This is no file',
    );
  });
});
