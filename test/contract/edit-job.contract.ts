import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  InvalidInputError,
  JobExistsError,
  JobNotFoundError,
  RevisionConflictError,
  WrongStateError,
} from '../../src/tasks/domain/errors.js';
import type { Job } from '../../src/tasks/domain/job.js';
import type { ChangeOptions } from '../../src/tasks/store/job-store.js';
import { aDeclaration, aJob, later, minutes, NODE, TASK } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, clockOf, fireDue, lead, planDue, runsOf } from './scenes.js';
import type { MakeStore, TestStore } from './test-store.js';

export function editJobContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const job = async (id = 'report'): Promise<Job> => {
    const found = await store.jobs.get(id);
    if (!found) throw new Error('the job is not there');
    return found;
  };
  const hourly = { type: 'interval', hours: 1 } as const;

  describe('modifying a job', () => {
    it('keeps its plan, overdue or not, while the trigger stays as it is', async () => {
      await aDueJobIn(store, 'report', { tags: ['a'] });
      const before = await job();
      const patch = { priority: 7, payload: [1], tags: [], name: 'New', misfireGraceMs: null };
      const changed = await store.jobs.modify('report', patch);
      const { revision, updatedAt: _, ...kept } = before;
      expect(changed).toMatchObject({ ...kept, ...patch, revision: revision + 1 });
      expect(await job()).toEqual(changed);
      expect(await runsOf(store, 'report')).toEqual([]);
    });

    it('changes the time of its last change, and not that of its making', async () => {
      const { job: before } = await store.jobs.add(aJob('report'), 'api');
      store.advance(minutes(0.5));
      const { createdAt, updatedAt } = await store.jobs.modify('report', { priority: 1 });
      expect(createdAt).toEqual(before.createdAt);
      expect(updatedAt.getTime()).toBeGreaterThan(createdAt.getTime());
    });

    it('with another trigger begins now, and records what was overdue as one range', async () => {
      await aDueJobIn(store, 'report');
      const { nextFireAt: from } = await job();
      store.advance(minutes(2));
      const now = await clockOf(store);
      const { nextFireAt, lastFireAt } = await store.jobs.modify('report', { trigger: hourly });
      expect(nextFireAt!.getTime()).toBeGreaterThanOrEqual(later(now, minutes(60)).getTime());
      expect(lastFireAt).toEqual(later(from!, minutes(2)));
      expect(await runsOf(store, 'report')).toMatchObject([
        { reason: 'replaced', state: 'skipped', coversFrom: from, coversCount: 3 },
      ]);
    });

    it('keeps a fire that was decided before it from moving the new plan', async () => {
      const node = await aNodeAtWork(store);
      const token = await lead(node);
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, node);
      await store.jobs.modify('report', { priority: 3 });
      expect((await node.fires.fire(token, 0, fires)).moved).toEqual(new Set());
      expect((await fireDue(store, node, token)).moved).toEqual(new Set(['report']));
    });

    it('lets what is pending start', async () => {
      const node = await aNodeAtWork(store);
      const token = await lead(node);
      await aDueJobIn(store, 'report');
      await fireDue(store, node, token);
      await store.jobs.modify('report', { trigger: hourly });
      expect(await runsOf(store, 'report')).toMatchObject([{ state: 'pending', held: null }]);
    });

    it('refuses a trigger that would never fire, and changes nothing', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const before = await job();
      const trigger = { type: 'date', at: '2020-01-01T00:00:00Z' } as const;
      const modified = store.jobs.modify('report', { trigger, priority: 5 });
      await expect(modified).rejects.toThrow(InvalidInputError);
      expect(await job()).toEqual(before);
    });

    it('brings a finished job back to life', async () => {
      const at = later(await clockOf(store), minutes(1)).toISOString();
      await store.jobs.add(aJob('report', { trigger: { type: 'date', at } }), 'api');
      const node = await aNodeAtWork(store);
      const token = await lead(node);
      store.advance(minutes(2));
      await fireDue(store, node, token);
      expect(await job()).toMatchObject({ state: 'finished', nextFireAt: null });
      expect(await store.jobs.modify('report', { trigger: hourly })).toMatchObject({
        state: 'active',
        nextFireAt: expect.any(Date) as Date,
      });
    });
  });

  describe('a revision that somebody saw', () => {
    const changes: Record<string, (by: ChangeOptions) => Promise<unknown>> = {
      modify: (by) => store.jobs.modify('report', { priority: 2 }, by),
      pause: (by) => store.jobs.pause('report', {}, by),
      resume: (by) => store.jobs.resume('report', 'skip', by),
      reset: (by) => store.jobs.reset('report', by),
      replace: (by) => store.jobs.add(aJob('report', { priority: 3 }), 'api', 'replace', by),
      remove: (by) => store.jobs.remove('report', by),
    };

    it.each(Object.keys(changes))('must still be that of the job: %s', async (name) => {
      const { job: seen } = await store.jobs.add(aJob('report'), 'api');
      const current = await store.jobs.modify('report', { priority: 1 });
      const change = changes[name]!({ ifRevision: seen.revision });
      await expect(change).rejects.toThrow(RevisionConflictError);
      await expect(change).rejects.toMatchObject({ expected: 1, current: 2 });
      expect(await job()).toEqual(current);
      await expect(changes[name]!({ ifRevision: 2 })).resolves.not.toThrow();
    });

    it.each(Object.keys(changes))('is not that of a job that was made anew: %s', async (name) => {
      const { job: seen } = await store.jobs.add(aJob('report'), 'api');
      await store.jobs.remove('report');
      store.advance(1);
      const { job: other } = await store.jobs.add(aJob('report'), 'api');
      expect(other.revision).toBe(seen.revision);
      const change = changes[name]!({ ifRevision: seen });
      await expect(change).rejects.toThrow(RevisionConflictError);
      expect(await job()).toEqual(other);
      await expect(changes[name]!({ ifRevision: other })).resolves.not.toThrow();
    });

    it('lets one of many that saw the same through', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const asked = [1, 2, 3, 4].map((priority) =>
        store.jobs.modify('report', { priority }, { ifRevision: 1 }),
      );
      const answers = await Promise.allSettled(asked);
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await job()).revision).toBe(2);
    });
  });

  describe('what somebody changes of a declared job', () => {
    const declare = (declaration: Parameters<typeof aDeclaration>[1] = {}) =>
      store.jobs.declare(aDeclaration('report', declaration), NODE);

    it('is named, survives every declaration, and is undone by a reset', async () => {
      await declare({ payload: { team: 7 } });
      const changed = await store.jobs.modify('report', { priority: 9, payload: null });
      expect(changed).toMatchObject({ priority: 9, payload: null });
      expect(changed.overridden.toSorted()).toEqual(['payload', 'priority']);
      expect(await declare({ payload: { team: 7 } })).toBe('unchanged');
      expect(await declare({ payload: { team: 8 }, maxInstances: 2 })).toBe('replaced');
      expect(await job()).toMatchObject({ priority: 9, payload: null, maxInstances: 2 });
      expect(await store.jobs.reset('report')).toMatchObject({
        priority: 0,
        payload: { team: 8 },
        maxInstances: 2,
        overridden: [],
      });
    });

    it('may be its trigger, which the declaration no longer moves', async () => {
      await declare();
      const { nextFireAt } = await store.jobs.modify('report', { trigger: hourly });
      expect(await declare({ trigger: { type: 'interval', minutes: 5 } })).toBe('replaced');
      expect(await job()).toMatchObject({ nextFireAt, trigger: { hours: 1 } });
      const reset = await store.jobs.reset('report');
      expect(reset.trigger).toMatchObject({ minutes: 5 });
      expect(reset.nextFireAt!.getTime()).toBeLessThan(nextFireAt!.getTime());
    });

    it('may be whether it is removed when it is done', async () => {
      await declare();
      await store.jobs.modify('report', { deleteWhenDone: true });
      expect(await store.jobs.reset('report')).toMatchObject({
        deleteWhenDone: false,
        overridden: [],
      });
    });

    it('is not told of a job that was made at run time', async () => {
      await store.jobs.add(aJob('report'), 'api');
      expect((await store.jobs.modify('report', { priority: 4 })).overridden).toEqual([]);
      expect(await store.jobs.reset('report')).toMatchObject({ priority: 4 });
    });
  });

  describe('adding a job whose id is taken', () => {
    it('keeps the one that is there, if that is asked for', async () => {
      const { job: before } = await store.jobs.add(aJob('report', { priority: 1 }), 'api');
      const answer = await store.jobs.add(aJob('report', { priority: 2 }), 'api', 'keep');
      expect(answer).toEqual({ job: before, created: false });
      expect(await job()).toEqual(before);
    });

    it('gives it another definition, if that is asked for', async () => {
      await store.jobs.add(aJob('report', { priority: 1, tags: ['old'], name: 'Old' }), 'api');
      const before = await job();
      const { job: after, created } = await store.jobs.add(
        aJob('report', { task: 'Other.task', payload: 3 }),
        'api',
        'replace',
      );
      expect(created).toBe(false);
      expect(after).toMatchObject({
        task: 'Other.task',
        payload: 3,
        priority: 0,
        tags: [],
        name: 'report',
        revision: 2,
        nextFireAt: before.nextFireAt,
        createdAt: before.createdAt,
      });
    });

    it('replaces its trigger as an edit does', async () => {
      await aDueJobIn(store, 'report');
      store.advance(minutes(1));
      await store.jobs.add(aJob('report', { trigger: hourly }), 'api', 'replace');
      expect(await runsOf(store, 'report')).toMatchObject([{ reason: 'replaced', coversCount: 2 }]);
    });

    it('leaves it paused by whoever paused it', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.pause('report', { reason: 'incident' });
      const { job: after } = await store.jobs.add(
        aJob('report', { priority: 2 }),
        'api',
        'replace',
      );
      expect(after).toMatchObject({ state: 'paused', pauseReason: 'incident', priority: 2 });
    });

    it('makes it where there is none, whatever is asked for', async () => {
      for (const conflict of ['keep', 'replace'] as const) {
        const { created } = await store.jobs.add(aJob(conflict), 'api', conflict);
        expect(created).toBe(true);
      }
    });

    it('does not replace what the code declares', async () => {
      await store.jobs.declare(aDeclaration('report'), NODE);
      const before = await job();
      const replaced = store.jobs.add(aJob('report', { priority: 9 }), 'api', 'replace');
      await expect(replaced).rejects.toThrow(JobExistsError);
      expect(await job()).toEqual(before);
    });

    it('while others remove it makes or replaces it, and never fails', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const ask = (n: number) =>
        n % 2 === 0
          ? store.jobs.remove('report').catch(notThere)
          : store.jobs.add(aJob('report'), 'api', n % 4 === 1 ? 'replace' : 'keep');
      await Promise.all(Array.from({ length: 24 }, (_, n) => ask(n)));
    });
  });

  describe('a job made paused', () => {
    it('has no plan, and records nothing but what passes until it is resumed', async () => {
      const { job: made } = await store.jobs.add(aJob('report', { paused: true }), 'api');
      expect(made).toMatchObject({
        state: 'paused',
        paused: true,
        pauseReason: 'made paused',
        nextFireAt: null,
      });
      store.advance(minutes(2.5));
      expect((await store.jobs.resume('report')).state).toBe('active');
      expect(await runsOf(store, 'report')).toMatchObject([{ reason: 'paused', coversCount: 2 }]);
    });
  });

  describe('a pause until an instant', () => {
    it('says when it ends, and no more once it has ended', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const until = later(await clockOf(store), minutes(30));
      expect((await store.jobs.pause('report', { until })).pausedUntil).toEqual(until);
      expect((await store.jobs.pause('report')).pausedUntil).toBeNull();
      await store.jobs.pause('report', { until });
      expect((await store.jobs.resume('report')).pausedUntil).toBeNull();
    });
  });

  describe('resuming a job once', () => {
    it('makes up for the last fire time that it missed, and skips those before it', async () => {
      const node = await aNodeAtWork(store);
      const token = await lead(node);
      const { nextFireAt: first } = (await store.jobs.add(aJob('report'), 'api')).job;
      await store.jobs.pause('report');
      store.advance(minutes(3.5));
      const resumed = await store.jobs.resume('report', 'once');
      expect(resumed).toMatchObject({ state: 'active', nextFireAt: later(first!, minutes(2)) });
      await fireDue(store, node, token);
      expect(await runsOf(store, 'report')).toMatchObject([
        { reason: 'paused', coversFrom: first, coversCount: 2 },
        { state: 'pending', fireAt: later(first!, minutes(2)) },
      ]);
      expect((await job()).nextFireAt).toEqual(later(first!, minutes(3)));
    });

    it('makes up for nothing where nothing was missed', async () => {
      const { nextFireAt } = (await store.jobs.add(aJob('report'), 'api')).job;
      await store.jobs.pause('report');
      expect((await store.jobs.resume('report', 'once')).nextFireAt).toEqual(nextFireAt);
      expect(await runsOf(store, 'report')).toEqual([]);
    });
  });

  describe('removing every job', () => {
    it('takes those that were made at run time, paused ones too, and tells how many', async () => {
      await store.jobs.declare(aDeclaration('declared'), NODE);
      await store.jobs.add(aJob('configured'), 'config');
      for (const id of ['b', 'a', 'c']) await store.jobs.add(aJob(id), 'api');
      await store.jobs.pause('b');
      store.advance(minutes(1));
      expect(await store.jobs.removeAll()).toBe(3);
      const { items } = await store.jobs.list({ limit: 10 });
      expect(items.map(({ id }) => id)).toEqual(['configured', 'declared']);
      expect(await runsOf(store, 'a')).toMatchObject([{ reason: 'replaced', coversCount: 1 }]);
      expect(await runsOf(store, 'b')).toMatchObject([{ reason: 'paused', coversCount: 1 }]);
      expect(await store.jobs.removeAll()).toBe(0);
    });

    it('cancels what is pending', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.runNow('report');
      await store.jobs.removeAll();
      expect(await runsOf(store, 'report')).toMatchObject([{ state: 'cancelled' }]);
    });
  });

  describe('a job whose row this version cannot read', () => {
    beforeEach(async () => {
      await aDueJobIn(store, 'report');
      await store.spoil('report');
    });

    it('can be paused, and not be resumed before it can be read', async () => {
      expect(await store.jobs.pause('report')).toMatchObject({ paused: true, nextFireAt: null });
      await expect(store.jobs.resume('report')).rejects.toThrow(WrongStateError);
      expect(await job()).toMatchObject({ paused: true });
    });

    it('can be given a trigger that it can read', async () => {
      expect(await store.jobs.modify('report', { trigger: hourly })).toMatchObject({
        state: 'active',
        trigger: { hours: 1 },
      });
    });

    it('can be removed, alone and with the others', async () => {
      await store.jobs.remove('report');
      await aDueJobIn(store, 'report');
      await store.spoil('report');
      expect(await store.jobs.removeAll()).toBe(1);
    });
  });

  describe('a job whose clock was set back', () => {
    it('is not planned for what it has dealt with already', async () => {
      const node = await aNodeAtWork(store);
      const token = await lead(node);
      const trigger = { type: 'cron', expression: '* * * * *' } as const;
      await aDueJobIn(store, 'report', { trigger, overlap: 'allow' });
      store.advance(minutes(5));
      await fireDue(store, node, token);
      const { lastFireAt } = await job();
      store.advance(-minutes(3));
      const edited = await store.jobs.modify('report', {
        trigger: { type: 'cron', expression: '*/1 * * * *' },
      });
      expect(edited.nextFireAt).toEqual(later(lastFireAt!, minutes(1)));
      await store.jobs.pause('report');
      expect((await store.jobs.resume('report', 'once')).nextFireAt).toEqual(edited.nextFireAt);
    });
  });

  it('gives `H` in a cron expression one value for a job, wherever it is planned', async () => {
    const trigger = { type: 'cron', expression: 'H H * * *' } as const;
    const { nextFireAt } = (await store.jobs.add(aJob('report', { trigger }), 'api')).job;
    await store.jobs.pause('report');
    expect((await store.jobs.resume('report')).nextFireAt).toEqual(nextFireAt);
    await store.jobs.modify('report', { maxRuns: 3 });
    expect(await job()).toMatchObject({ nextFireAt, task: TASK });
    const node = await aNodeAtWork(store);
    const token = await lead(node);
    store.advance(nextFireAt!.getTime() - (await clockOf(store)).getTime() + 1);
    expect((await fireDue(store, node, token)).moved).toEqual(new Set(['report']));
    expect((await job()).nextFireAt).toEqual(later(nextFireAt!, minutes(24 * 60)));
  });
}

function notThere(error: unknown): void {
  if (!(error instanceof JobNotFoundError)) throw error;
}
