import { describe, expect, it } from 'vitest';
import type { Job } from './answers.js';
import { exported, type Exported } from './exported.js';
import { planImport } from './import-plan.js';

const aJob = (id: string, job: Partial<Job> = {}): Job =>
  ({
    id,
    name: id,
    task: 'reports.daily',
    payload: null,
    tags: [],
    trigger: { type: 'interval', hours: 1 },
    priority: 0,
    paused: false,
    pauseReason: null,
    pausedUntil: null,
    origin: 'api',
    overridden: [],
    ...job,
  }) as unknown as Job;

const FOR_NOW = { paused: true, pauseReason: 'for now' };
const plan = (there: readonly Job[], file: readonly Job[], prune = false) =>
  planImport(JSON.parse(JSON.stringify(exported(file))) as Exported, there, prune);
const done = ({ changes }: ReturnType<typeof plan>) =>
  changes.map(({ do: what, id, job, patch, pause }) => ({
    what,
    id,
    ...(job && { replaced: true }),
    ...(patch && { patch }),
    ...(pause && { pause: pause.to }),
  }));

describe('what a file changes', () => {
  it('is nothing where all is as in the file', () => {
    const jobs = [aJob('a', { payload: { team: 7 } }), aJob('b', FOR_NOW)];
    expect(plan(jobs, jobs)).toEqual({ changes: [], missing: [], taken: [], same: 2 });
  });

  it('makes a job, paused where it was, with its reason', () => {
    const made = { what: 'create', id: 'a', replaced: true };
    expect(done(plan([], [aJob('a')]))).toEqual([{ ...made }]);
    const pause = { reason: 'for now', until: null };
    expect(done(plan([], [aJob('a', FOR_NOW)]))).toEqual([{ ...made, pause }]);
  });

  it('only resumes a job that differs by its pause', () => {
    expect(done(plan([aJob('a', FOR_NOW)], [aJob('a')]))).toEqual([
      { what: 'change', id: 'a', pause: null },
    ]);
  });

  it('keeps the reason of a pause where the job is replaced', () => {
    const [change] = done(plan([aJob('a', FOR_NOW)], [aJob('a', { ...FOR_NOW, priority: 3 })]));
    expect(change).toMatchObject({ replaced: true, pause: { reason: 'for now' } });
  });

  it('changes of a job of the code what an operator has changed, and nothing else', () => {
    const declared = { origin: 'declared' as const, overridden: ['priority'] };
    const file = [aJob('a', { ...declared, priority: 7, tags: ['old'] })];
    expect(done(plan([aJob('a', { origin: 'declared', tags: ['new'] })], file))).toEqual([
      { what: 'change', id: 'a', patch: { priority: 7 } },
    ]);
    expect(plan([], file)).toMatchObject({ changes: [], missing: ['a'] });
  });

  it('leaves a job that is of the code there', () => {
    const there = [aJob('a', { origin: 'declared', priority: 1 })];
    expect(plan(there, [aJob('a')])).toMatchObject({ changes: [], taken: ['a'], same: 0 });
  });

  it('removes what is not in it only where that is wanted, and nothing of the code', () => {
    const there = [aJob('a'), aJob('b'), aJob('c', { origin: 'declared' })];
    expect(done(plan(there, [aJob('a')]))).toEqual([]);
    expect(done(plan(there, [aJob('a')], true))).toEqual([{ what: 'remove', id: 'b' }]);
  });

  it('is not removed where it is of the code in the file, and was made at run time there', () => {
    const declared = { origin: 'declared' as const, overridden: ['priority'], priority: 7 };
    expect(done(plan([aJob('a'), aJob('b')], [aJob('a', declared)], true))).toEqual([
      { what: 'change', id: 'a', patch: { priority: 7 } },
      { what: 'remove', id: 'b' },
    ]);
    const same = aJob('a', { priority: 7 });
    expect(plan([same], [aJob('a', declared)], true)).toMatchObject({ changes: [], same: 1 });
  });
});
