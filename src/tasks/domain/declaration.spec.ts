import { describe, expect, it } from 'vitest';
import { aDeclaration, later, minutes, NOON, stored } from '../../../test/support/builders.js';
import { firstDeclared, redeclared, type Generation } from './declaration.js';
import { orphaned, paused, resumed } from './job-changes.js';
import type { StoredJob } from './job-definition.js';
import { modified, retimed } from './job-edits.js';
import type { DeclaredJob } from '../domain/declared-job.js';

const at = (n: number) => later(NOON, minutes(n));
const START = { type: 'start', delayMs: minutes(1) } as const;
const hourly = { trigger: { type: 'interval', hours: 1 } } as const;

const declaration = (fields: Partial<DeclaredJob> = {}) => aDeclaration('report', fields);

const declared = (fields: Partial<DeclaredJob> = {}, cluster: Generation | null = null) => {
  const made = firstDeclared(declaration(fields), NOON, cluster);
  return stored(null, { ...made, skipped: null, pending: 'keep' });
};

interface Circumstances {
  readonly now?: Date;
  readonly cluster?: Generation;
  /** Another live node declares what is stored. */
  readonly others?: boolean;
  /** Another live node is to run it. */
  readonly enable?: boolean;
}

const declareAgain = (
  job: StoredJob,
  fields: Partial<DeclaredJob> = {},
  { now = at(0.5), cluster, others = false, enable = others }: Circumstances = {},
) => redeclared(job, declaration(fields), now, cluster ?? null, { declare: others, enable });

const replacedBy = (...[job, fields, how]: Parameters<typeof declareAgain>) => {
  const { change, outcome } = declareAgain(job, fields, how);
  expect(outcome).toBe('replaced');
  return stored(job, change!);
};

describe('a trigger that code has set', () => {
  const FIRST: Generation = { generation: '1', startedAt: NOON };
  const SECOND: Generation = { generation: '2', startedAt: at(5) };
  const set = (job: StoredJob) => stored(job, retimed(job, hourly.trigger, '1', at(0.5))!);

  it('stays as long as the cluster goes on, whoever declares the job', () => {
    const again = declareAgain(set(declared()), {}, { now: at(5), cluster: FIRST, others: true });
    expect(again).toEqual({ outcome: 'unchanged', change: null });
  });

  it('ends with the first declaration after a cold start, and only then', () => {
    const { outcome, change } = declareAgain(set(declared()), {}, { now: at(5), cluster: SECOND });
    expect(outcome).toBe('restored');
    const restored = stored(set(declared()), change!);
    expect(restored).toMatchObject({
      trigger: { minutes: 1 },
      nextFireAt: at(6),
      generation: null,
    });
    const again = declareAgain(restored, {}, { now: at(5.5), cluster: SECOND });
    expect(again).toEqual({ outcome: 'unchanged', change: null });
  });

  it('skips what it had not fired by then', () => {
    const { change } = declareAgain(set(declared()), {}, { now: at(90), cluster: SECOND });
    expect(change).toMatchObject({ skipped: { reason: 'replaced', count: 1 }, nextFireAt: at(91) });
  });

  it('ends with another declaration', () => {
    const trigger = { type: 'interval', minutes: 7 } as const;
    const replaced = replacedBy(set(declared()), { trigger }, { now: at(5), cluster: FIRST });
    expect(replaced).toMatchObject({ trigger, nextFireAt: at(12), generation: null });
  });

  it('gives way to what an operator sets, which a cold start leaves', () => {
    const trigger = { type: 'interval', minutes: 7 } as const;
    const overridden = stored(set(declared()), modified(set(declared()), { trigger }, at(1)));
    const again = declareAgain(overridden, {}, { now: at(5), cluster: SECOND });
    expect(again).toEqual({ outcome: 'unchanged', change: null });
  });
});

describe('a declaration', () => {
  it('that is unchanged changes nothing, overdue or not', () => {
    const again = declareAgain(declared(), {}, { now: at(9) });
    expect(again).toEqual({ outcome: 'unchanged', change: null });
  });

  it('is written to the row of a version that only kept its hash, without another plan', () => {
    const older = { ...declared(), declared: null };
    const { outcome, change } = declareAgain(older, {}, { now: at(9) });
    expect(outcome).toBe('unchanged');
    expect(change).toMatchObject({ nextFireAt: at(1), skipped: null });
    expect(change?.definition.declared).toEqual(declaration());
  });

  it('is written too where such a version has replaced it since', () => {
    const mixed = { ...declared(hourly), declaredHash: declaration().hash };
    const { outcome, change } = declareAgain(mixed);
    expect(outcome).toBe('unchanged');
    expect(change?.definition.declared).toEqual(declaration());
  });

  it('does not touch a job of another origin', () => {
    const configured = declared({ origin: 'config' });
    expect(declareAgain(configured, hourly)).toEqual({ outcome: 'taken', change: null });
  });

  it('that leaves the trigger alone keeps the plan', () => {
    const job = replacedBy(declared(), { priority: 7 }, { now: at(4) });
    expect(job).toMatchObject({ nextFireAt: at(1), priority: 7, lastFireAt: null });
  });
});

describe('an older declaration', () => {
  const newer = replacedBy(declared(), hourly);

  it('waits while somebody live declares the newer one', () => {
    expect(declareAgain(newer, {}, { others: true })).toEqual({
      outcome: 'drifted',
      change: null,
    });
  });

  it('comes back when nobody does', () => {
    const back = replacedBy(newer, {});
    expect(back.declaredHash).toBe(declaration().hash);
    expect(back.formerHashes).toEqual([declaration(hourly).hash]);
    expect(declareAgain(back, hourly, { others: true }).outcome).toBe('drifted');
  });

  it('is told from a newer one even when somebody live declares the current one', () => {
    expect(declareAgain(newer, { priority: 3 }, { others: true }).outcome).toBe('replaced');
  });

  it('is forgotten after twenty others', () => {
    let job = declared();
    for (let priority = 1; priority <= 21; priority++) job = replacedBy(job, { priority });
    expect(job.formerHashes).toHaveLength(20);
    expect(declareAgain(job, {}, { others: true }).outcome).toBe('replaced');
    expect(declareAgain(job, { priority: 1 }, { others: true }).outcome).toBe('drifted');
  });
});

describe('what an operator did', () => {
  const incident = stored(
    declared(),
    paused(declared(), { reason: 'incident', until: at(99) }, NOON),
  );

  it('survives a changed declaration: the pause with its reason and its end', () => {
    expect(replacedBy(incident, { ...hourly, paused: true })).toMatchObject({
      paused: true,
      pauseReason: 'incident',
      pausedUntil: at(99),
      pausedAt: NOON,
      nextFireAt: null,
    });
  });

  it('to a job that is disabled in code lasts until the declaration changes', () => {
    const disabled = declared({ paused: true });
    const awake = stored(disabled, resumed(disabled, 'skip', at(2)));
    expect(declareAgain(awake, { paused: true }).change).toBeNull();
    expect(replacedBy(awake, { paused: true, priority: 1 }).paused).toBe(true);
  });

  it('is not there to survive where the code that disabled a job enables it', () => {
    const job = declared({ paused: true });
    const { change } = declareAgain(job, {}, { now: at(5.5) });
    expect(change).toMatchObject({
      pending: 'release',
      nextFireAt: at(6),
      skipped: { reason: 'paused', from: at(1), to: at(5) },
      definition: { paused: false, pauseReason: null, pausedAt: null, idleSince: null },
    });
  });
});

describe('a declaration that is disabled on its node', () => {
  const OFF = { disabled: true, hash: declaration().hash };
  const off = declared(OFF);

  it('makes a job that is paused where nobody has it', () => {
    expect(off).toMatchObject({ paused: true, pauseReason: 'disabled in code', nextFireAt: null });
  });

  it('changes nothing while another node is to run the job, whatever it says', () => {
    for (const fields of [OFF, { ...OFF, priority: 1, hash: 'other' }]) {
      const { outcome, change } = declareAgain(declared(), fields, { enable: true });
      expect([outcome, change]).toEqual(['unchanged', null]);
    }
  });

  it('pauses the job where no other node is to run it, and is no change of the declaration', () => {
    const { outcome, change } = declareAgain(declared(), OFF, { now: at(2.5) });
    expect(outcome).toBe('disabled');
    expect(change).toMatchObject({
      nextFireAt: null,
      pending: 'hold',
      definition: { pauseReason: 'disabled in code', pausedAt: at(2.5) },
    });
    expect(declareAgain(stored(declared(), change!), OFF).outcome).toBe('unchanged');
  });

  it('is not ended by the same declaration where that pauses the job for all', () => {
    const paused = declared({ paused: true });
    expect(declareAgain(paused, { paused: true })).toEqual({ outcome: 'unchanged', change: null });
  });

  it("leaves an operator's pause and an orphan as they are", () => {
    const incident = stored(declared(), paused(declared(), { reason: 'incident' }, NOON));
    const orphan = stored(declared(), orphaned(declared(), at(2)));
    for (const job of [incident, orphan]) {
      expect(declareAgain(job, OFF).outcome).toBe('unchanged');
    }
  });

  it('is over when a node comes that is to run the job, which plans from then on', () => {
    const { outcome, change } = declareAgain(off, { hash: OFF.hash }, { now: at(60.5) });
    expect(outcome).toBe('enabled');
    expect(change).toMatchObject({
      nextFireAt: at(61),
      skipped: { reason: 'paused' },
      definition: { paused: false, pauseReason: null, unknownSince: null },
    });
  });

  it('makes up for what was missed where the only node that runs it was away for a restart', () => {
    const fired = { ...declared(), lastFireAt: at(2), nextFireAt: at(3) };
    const away = stored(fired, declareAgain(fired, OFF, { now: at(2.5) }).change!);
    const { change } = declareAgain({ ...away, lastFireAt: at(2) }, {}, { now: at(4.5) });
    expect(change).toMatchObject({ nextFireAt: at(4), definition: { paused: false } });
    const late = declareAgain({ ...away, lastFireAt: at(2) }, {}, { now: at(60.5) });
    expect(late.change).toMatchObject({ nextFireAt: at(61) });
  });
});

describe('an orphan whose code returns', () => {
  const orphan = stored(declared(), orphaned(declared(), at(2)));

  it('is revived by the same declaration, and by another', () => {
    const same = declareAgain(orphan, {}, { now: at(5) });
    const other = declareAgain(orphan, { priority: 1 }, { now: at(5) });
    expect(same.outcome).toBe('revived');
    for (const { change } of [same, other]) {
      expect(change).toMatchObject({
        nextFireAt: at(6),
        skipped: { reason: 'orphaned', from: at(3), to: at(5) },
        definition: { orphanedAt: null, unknownSince: null, idleSince: null },
      });
    }
  });

  it('stays paused if it is', () => {
    const held = stored(orphan, paused(orphan, {}, at(3)));
    for (const fields of [{}, { priority: 1 }]) {
      expect(declareAgain(held, fields, { now: at(5) }).change).toMatchObject({
        nextFireAt: null,
        definition: { paused: true, orphanedAt: null, idleSince: at(2) },
      });
    }
  });
});

describe('a job that fires after each cold start', () => {
  const first: Generation = { generation: '1', startedAt: at(-10) };
  const second: Generation = { generation: '2', startedAt: at(20) };
  const job = declared({ trigger: START }, first);

  it('is due so long after the start, also if that has passed', () => {
    expect(job).toMatchObject({ nextFireAt: at(-9), generation: '1', state: 'active' });
  });

  it('is armed once for each start', () => {
    const fired = { ...job, nextFireAt: null, lastFireAt: at(-9) };
    const armed = declareAgain(fired, { trigger: START }, { now: at(21), cluster: second });
    expect(armed).toMatchObject({ outcome: 'restarted', change: { nextFireAt: at(21) } });
    const next = stored(fired, armed.change!);
    const again = declareAgain(next, { trigger: START }, { now: at(22), cluster: second });
    expect(again.change).toBeNull();
  });

  it('skips the fire of a start that nobody had time for', () => {
    const { change } = declareAgain(job, { trigger: START }, { now: at(21), cluster: second });
    expect(change?.skipped).toMatchObject({ reason: 'replaced', from: at(-9), to: at(-9) });
  });

  it('is armed from now on by another declaration in the same generation', () => {
    const trigger = { type: 'start', delayMs: minutes(5) } as const;
    expect(replacedBy(job, { trigger }, { now: at(3), cluster: first }).nextFireAt).toEqual(at(8));
  });

  it('is armed for no start while it is paused, and not afterwards for one that is over', () => {
    const idle = stored(job, paused(job, {}, at(1)));
    const { change } = declareAgain(idle, { trigger: START }, { now: at(30), cluster: second });
    expect(change?.nextFireAt).toBeNull();
    expect(resumed(stored(idle, change!), 'skip', at(40)).nextFireAt).toBeNull();
  });
});
