import { beforeEach, describe, expect, it } from 'vitest';
import { aDueJob, later, minutes, NOON } from '../../../test/support/builders.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import { Agenda } from './agenda.js';

const at = (n: number) => later(NOON, minutes(n));
const dueAt = (id: string, minute: number) => aDueJob(id, { nextFireAt: at(minute) });
let agenda: Agenda;

beforeEach(() => {
  agenda = new Agenda();
});

/** Takes the one job that is due. */
const takeOne = (minute: number) => {
  const item = agenda.takeFirst(at(minute));
  if (!item) throw new Error('nothing is due');
  return item;
};

const taken = (minute: number, most = 100, from?: Date) => {
  const ids: string[] = [];
  for (let item; ids.length < most && (item = agenda.takeFirst(at(minute), from));)
    ids.push(item.job.jobId);
  return ids;
};

describe('an agenda', () => {
  it('is spent before it has been filled', () => {
    expect(agenda.isSpent(NOON)).toBe(true);
    expect(taken(0)).toEqual([]);
  });

  it('hands out what is due, earliest first, and only once', () => {
    agenda.replace([dueAt('a', 0), dueAt('b', 1), dueAt('c', 2)], at(10));
    expect(taken(1)).toEqual(['a', 'b']);
    expect(taken(1)).toEqual([]);
    expect(taken(2)).toEqual(['c']);
  });

  it('hands out no more than asked', () => {
    agenda.replace([dueAt('a', 0), dueAt('b', 0), dueAt('c', 0)], at(10));
    expect(taken(5, 2)).toEqual(['a', 'b']);
    expect(taken(5, 2)).toEqual(['c']);
  });

  it('hands out what is due from an instant on, and keeps what was due before', () => {
    agenda.replace([dueAt('a', 0), dueAt('b', 1), dueAt('c', 2), dueAt('d', 9)], at(10));
    expect(taken(5, 10, at(1))).toEqual(['b', 'c']);
    expect(agenda.hasNoneWithin(at(0), at(0))).toBe(false);
    expect(agenda.hasNoneWithin(at(1), at(8))).toBe(true);
    expect(taken(5)).toEqual(['a']);
    expect(agenda.hasNoneWithin(at(0), at(8))).toBe(true);
    expect(taken(9)).toEqual(['d']);
    expect(agenda.hasNoneWithin(at(0), at(10))).toBe(true);
  });

  it('hands out what came due last', () => {
    agenda.replace([dueAt('a', 0), dueAt('b', 1), dueAt('c', 2), dueAt('d', 9)], at(10));
    const last = () => agenda.takeLast(at(5), at(1))?.job.jobId;
    expect([last(), last(), last()]).toEqual(['c', 'b', undefined]);
    expect(taken(5)).toEqual(['a']);
  });

  it('puts a job back where its next fire time belongs', () => {
    agenda.replace([dueAt('a', 0), dueAt('b', 2), dueAt('c', 4)], at(10));
    agenda.put(takeOne(0), at(2));
    expect(taken(10)).toEqual(['b', 'a', 'c']);
  });

  it('hands out a job that was put back with its new fire time', () => {
    agenda.replace([dueAt('a', 0)], at(10));
    agenda.put(takeOne(0), at(3));
    expect(agenda.takeFirst(at(3))?.job.nextFireAt).toEqual(at(3));
  });

  it('forgets a job that fires after all that it knows', () => {
    agenda.replace([dueAt('a', 0)], at(10));
    agenda.put(takeOne(0), at(11));
    expect(taken(20)).toEqual([]);
  });

  it('is quiet until the first job, or as far as it knows', () => {
    agenda.replace([dueAt('a', 3)], at(10));
    expect(agenda.quietUntil).toEqual(at(3));
    agenda.takeFirst(at(3));
    expect(agenda.quietUntil).toEqual(at(10));
    agenda.replace([dueAt('a', 12)], at(10));
    expect(agenda.quietUntil).toEqual(at(10));
  });

  it('is spent once time has passed all that it knows', () => {
    agenda.replace([], at(10));
    expect(agenda.isSpent(at(9))).toBe(false);
    expect(agenda.isSpent(at(10))).toBe(true);
    agenda.replace([dueAt('a', 3)], at(10));
    expect(agenda.isSpent(at(11))).toBe(false);
  });

  it('names jobs whose trigger cannot be read, and keeps the others', () => {
    const broken = aDueJob('broken', { trigger: { type: 'cron', expression: 'never' } });
    const unreadable = agenda.replace([broken, dueAt('sound', 0)], at(10));
    expect(unreadable).toEqual([
      { jobId: 'broken', revision: 1, reason: expect.stringContaining('never') as string },
    ]);
    expect(taken(1)).toEqual(['sound']);
  });

  it('gives `H` in a cron expression the value that belongs to the job', () => {
    const trigger = { type: 'cron', expression: 'H * * * *' } as const;
    const jobs = ['a', 'b'].map((jobId) => aDueJob(jobId, { trigger }));
    expect(agenda.replace(jobs, at(10))).toEqual([]);
    const both = [agenda.takeFirst(NOON), agenda.takeFirst(NOON)];
    const minutesOf = both.map((item) => item?.trigger.next(NOON)?.getUTCMinutes());
    expect(minutesOf).toEqual(
      jobs.map(({ jobId }) => triggerOf(trigger, { seed: jobId }).next(NOON)?.getUTCMinutes()),
    );
    expect(new Set(minutesOf).size).toBe(2);
  });

  it('is empty after it was cleared', () => {
    agenda.replace([dueAt('a', 0)], at(10));
    agenda.clear();
    expect(taken(5)).toEqual([]);
    expect(agenda.isSpent(NOON)).toBe(true);
  });
});
