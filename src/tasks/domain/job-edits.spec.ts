import { describe, expect, it } from 'vitest';
import {
  aDeclaration,
  aJob,
  aStoredJob,
  later,
  minutes,
  NOON,
  stored,
} from '../../../test/support/builders.js';
import { InvalidInputError, JobExistsError, RevisionConflictError } from './errors.js';
import type { JobPatch } from './job.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import { firstDeclared, redeclared } from './declaration.js';
import { orphaned, paused } from './job-changes.js';
import type { StoredJob } from './job-definition.js';
import { assertRevision, modified, reset, retimed, supplanted } from './job-edits.js';

const ALONE = { declare: false, enable: false };

const at = (n: number) => later(NOON, minutes(n));
const report = aStoredJob('report');
const hourly: TriggerSpec = { type: 'interval', hours: 1 };
const PAST: TriggerSpec = { type: 'date', at: '2020-01-01T00:00:00Z' };

const aDeclared = (declaration: Parameters<typeof aDeclaration>[1] = {}): StoredJob => {
  const declared = aDeclaration('report', declaration);
  const made = firstDeclared(declared, NOON, null);
  return stored(null, { ...made, skipped: null, pending: 'keep' });
};

const modify = (job: StoredJob, patch: JobPatch, now = at(0.5)) =>
  stored(job, modified(job, patch, now));

describe('a trigger that code sets', () => {
  it('is no override, begins now and is undone by a reset', () => {
    const set = stored(aDeclared(), retimed(aDeclared(), hourly, '1', at(2.5))!);
    expect(set).toMatchObject({ overrides: {}, nextFireAt: at(62.5) });
    const undone = stored(set, reset(set, at(3)));
    expect(undone).toMatchObject({ trigger: { minutes: 1 }, nextFireAt: at(4), generation: null });
  });

  it('leaves one alone that overrides the declaration', () => {
    const overridden = modify(aDeclared(), { trigger: hourly });
    expect(retimed(overridden, { type: 'interval', minutes: 5 }, '1', at(1))).toBeNull();
  });

  it('is a change like any other of a job that nobody declares', () => {
    const change = retimed(report, hourly, '1', at(0.5));
    expect(change).toEqual(modified(report, { trigger: hourly }, at(0.5)));
  });

  it('is refused when it would never fire', () => {
    expect(() => retimed(aDeclared(), PAST, '1', NOON)).toThrow(InvalidInputError);
  });
});

describe('a patch', () => {
  it('changes what it gives, null among it, and leaves what it does not', () => {
    const patch = { priority: 3, payload: null, name: undefined } as unknown as JobPatch;
    const { definition } = modified(
      { ...report, payload: { team: 7 }, name: 'Report' },
      patch,
      NOON,
    );
    expect(definition).toMatchObject({ priority: 3, payload: null, name: 'Report', overrides: {} });
  });

  it('with another trigger skips what was overdue, and begins now', () => {
    expect(modified(report, { trigger: hourly }, at(2.5))).toMatchObject({
      nextFireAt: at(62.5),
      skipped: { reason: 'replaced', from: at(1), to: at(2), count: 2 },
    });
  });

  it('with the interval that it has keeps the grid, so that asking twice is asking once', () => {
    const again = modified(report, { trigger: { type: 'interval', minutes: 1 } }, at(0.5));
    expect(again).toMatchObject({ nextFireAt: at(1), skipped: null });
    expect(again.definition.trigger).toEqual(report.trigger);
  });

  it('takes a bound away from a trigger that had one', () => {
    const expression = '0 * * * *';
    const bounded = aStoredJob('report', {
      trigger: { type: 'cron', expression, startAt: '2027-01-01T00:00:00Z' },
    });
    const change = modified(bounded, { trigger: { type: 'cron', expression } }, at(0.5));
    expect(change.nextFireAt).toEqual(at(60));
  });

  it('with a trigger that would never fire is refused', () => {
    expect(() => modified(report, { trigger: PAST }, NOON)).toThrow(InvalidInputError);
    expect(() => modified(report, { trigger: PAST }, NOON)).toThrow('/trigger has no fire time');
  });

  it('to a paused job gives it no plan before it is resumed', () => {
    const idle = stored(report, paused(report, {}, at(1.5)));
    expect(modified(idle, { trigger: hourly }, at(4))).toMatchObject({
      nextFireAt: null,
      skipped: { reason: 'paused', from: at(2), to: at(4) },
      definition: { idleSince: at(4) },
    });
  });
});

describe('what is changed of a declaration', () => {
  it('is remembered field by field, and undone field by field', () => {
    const declared = aDeclared({ payload: { team: 7 }, priority: 1, tags: ['a'] });
    const patch = { payload: null, priority: 9, deleteWhenDone: true, tags: [] };
    const changed = modify(declared, patch);
    expect(changed.overrides).toEqual(patch);
    const undone = stored(changed, reset(changed, at(0.5)));
    expect(undone).toMatchObject({
      payload: { team: 7 },
      priority: 1,
      tags: ['a'],
      deleteWhenDone: false,
      overrides: {},
      nextFireAt: at(1),
    });
  });

  it('survives another declaration, whose other fields come through', () => {
    const changed = modify(aDeclared(), { priority: 9, trigger: hourly });
    const next = aDeclaration('report', { priority: 2, misfireGraceMs: 5, name: 'New' });
    const { change } = redeclared(changed, next, at(10), null, ALONE);
    expect(change?.definition).toMatchObject({ priority: 9, misfireGraceMs: 5, name: 'New' });
    expect(change?.definition.trigger).toMatchObject({ hours: 1 });
    expect(change).toMatchObject({ nextFireAt: changed.nextFireAt, skipped: null });
  });

  it('is undone to the declaration of now, its interval beginning now', () => {
    const changed = modify(aDeclared(), { trigger: hourly });
    const change = reset(changed, at(61));
    expect(change).toMatchObject({
      nextFireAt: at(62),
      skipped: { reason: 'replaced', from: at(60.5), count: 1 },
    });
  });

  it('is undone with the default where the declaration is of a version that had no such field', () => {
    const declared = aDeclared();
    const { jitterMs: _, ...older } = declared.declared!;
    const changed = modify(
      { ...declared, declared: older as typeof declared.declared },
      {
        jitterMs: 500,
      },
    );
    expect(reset(changed, at(1)).definition.jitterMs).toBe(0);
  });

  it('leaves a job that fires after a start finished until the next one, once it is undone', () => {
    const started = { generation: '4', startedAt: at(-5) };
    const trigger = { type: 'start', delayMs: 0 } as const;
    const declared = aDeclaration('report', { trigger });
    const made = firstDeclared(declared, NOON, started);
    const job = stored(null, { ...made, skipped: null, pending: 'keep' });
    const changed = modify({ ...job, nextFireAt: null, lastFireAt: at(-5) }, { trigger: hourly });
    const undone = stored(changed, reset(changed, at(1)));
    expect(undone).toMatchObject({ nextFireAt: null, state: 'finished' });
    const next = { generation: '5', startedAt: at(9) };
    const restarted = redeclared(undone, declared, at(9), next, ALONE);
    expect(restarted).toMatchObject({ outcome: 'restarted', change: { nextFireAt: at(9) } });
  });

  it('is nothing of a job that was made at run time', () => {
    expect(reset(report, at(9))).toMatchObject({ nextFireAt: at(1), skipped: null });
  });
});

describe('a job that is added again', () => {
  const again = (job: StoredJob, asked: Parameters<typeof aJob>[1] = {}, now = at(0.5)) =>
    supplanted(job, aJob('report', asked), 'api', now);

  it('with the same trigger keeps its plan, and takes the rest', () => {
    const change = again({ ...report, name: 'Old', tags: ['old'] }, { priority: 4 }, at(3));
    expect(change).toMatchObject({ nextFireAt: at(1), skipped: null, pending: 'keep' });
    expect(change.definition).toMatchObject({ name: 'report', tags: [], priority: 4 });
  });

  it('with another trigger skips what was overdue and begins now', () => {
    expect(again(report, { trigger: hourly }, at(2))).toMatchObject({
      nextFireAt: at(62),
      skipped: { reason: 'replaced', from: at(1), to: at(2) },
    });
  });

  it('stays paused if an operator paused it', () => {
    const idle = stored(report, paused(report, { reason: 'incident', until: at(90) }, at(0.1)));
    expect(again(idle).definition).toMatchObject({
      paused: true,
      pauseReason: 'incident',
      pausedUntil: at(90),
      pausedAt: at(0.1),
      idleSince: at(0.1),
    });
    expect(again(idle, { trigger: hourly })).toMatchObject({ nextFireAt: null, pending: 'keep' });
  });

  it('is paused if that is asked for', () => {
    expect(again(report, { paused: true }, at(1.5))).toMatchObject({
      nextFireAt: null,
      pending: 'hold',
      skipped: { from: at(1), to: at(1) },
      definition: { pauseReason: 'made paused', pausedAt: at(1.5), idleSince: at(1.5) },
    });
  });

  it('is no orphan any more', () => {
    const orphan = stored(report, orphaned(report, at(2)));
    expect(again(orphan, {}, at(5))).toMatchObject({
      nextFireAt: at(6),
      skipped: { reason: 'orphaned', from: at(3), to: at(5) },
      definition: { orphanedAt: null, idleSince: null },
    });
  });

  it('counts on, so that a job that has had its runs stays finished', () => {
    const done = { ...report, maxRuns: 2, fired: 2, nextFireAt: null };
    expect(again(done, { maxRuns: 2, priority: 1 }).nextFireAt).toBeNull();
  });

  it('is refused with a trigger that would never fire, and where the code declares the id', () => {
    expect(() => again(report, { trigger: PAST })).toThrow(InvalidInputError);
    expect(() => again(aDeclared())).toThrow(JobExistsError);
  });
});

describe('the revision that somebody saw', () => {
  it('must be the one at which the job is, if it is given', () => {
    expect(() => assertRevision(report, undefined)).not.toThrow();
    expect(() => assertRevision(report, report.revision)).not.toThrow();
    expect(() => assertRevision(report, 0)).toThrow(RevisionConflictError);
    expect(() => assertRevision(report, report)).not.toThrow();
  });

  it('must be of that job, and not of one that was made anew under its id', () => {
    const before = { ...report, createdAt: new Date(report.createdAt.getTime() - 1) };
    expect(() => assertRevision(report, before)).toThrow('made anew');
  });
});
