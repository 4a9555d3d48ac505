import { describe, expect, it } from 'vitest';
import { etagOf, seenBy, tagOf } from './job-tag.js';

const job = { revision: 3, createdAt: new Date('2026-11-27T08:00:00.123Z') };

describe('the tag of a job', () => {
  it('leads back to the job that was seen, with and without what else was shown', () => {
    for (const tag of [`"${tagOf(job)}"`, etagOf(job), etagOf(job, { nextFireAt: null })]) {
      expect(seenBy(tag)).toEqual(job);
    }
  });

  it('is another for each revision, for a job made anew, and for what else is shown', () => {
    const tags = [
      etagOf(job),
      etagOf({ ...job, revision: 4 }),
      etagOf({ ...job, createdAt: new Date(job.createdAt.getTime() + 1) }),
      etagOf(job, { nextFireAt: null }),
      etagOf(job, { nextFireAt: new Date(0) }),
    ];
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('tells nothing of payloads', () => {
    expect(etagOf(job, { payload: 'a' })).toBe(etagOf(job, { payload: 'b' }));
    const inside = (payload: string) => etagOf(job, { lastRun: { payload } });
    expect(inside('a')).toBe(inside('b'));
  });

  it.each(['"3"'])('may be the revision alone, as clients have it: %s', (tag) => {
    expect(seenBy(tag)).toBe(3);
  });

  it.each(['3', '"x"', 'W/"3"', '"3-"', '"3-A"', '"3", "4"', '"-1"'])('is not %s', (tag) => {
    expect(seenBy(tag)).toBeNull();
  });
});
