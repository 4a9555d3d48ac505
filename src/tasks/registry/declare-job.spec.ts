import { Cron, Interval, Timeout, type CronOptions } from '@nestjs/schedule';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { declaredJobOf, type Declaration } from './declare-job.js';
import { stockDeclarationOf } from './stock-declaration.js';

function declare(decorator: MethodDecorator, extra: Partial<Declaration> = {}) {
  class Reports {
    @decorator
    daily(): void {}
  }
  const stock = stockDeclarationOf(Reflect.get(Reports.prototype, 'daily'));
  if (!stock) throw new Error('the decorator left no declaration');
  const source = 'Reports.daily';
  return declaredJobOf({
    id: source,
    source,
    stock,
    options: undefined,
    timeZone: 'UTC',
    ...extra,
  });
}

const cron = (options?: CronOptions, extra?: Partial<Declaration>) =>
  declare(Cron('0 9 * * 1-5', options), extra);

describe('the trigger of a declared job', () => {
  it('keeps a cron expression in the zone of its decorator', () => {
    expect(cron({ timeZone: 'Europe/Berlin' }, { timeZone: 'Asia/Tokyo' }).trigger).toEqual({
      type: 'cron',
      expression: '0 9 * * 1-5',
      timeZone: 'Europe/Berlin',
    });
  });

  it('may leave it to the id of the job which instant of a field it takes', () => {
    expect(declare(Cron('H H * * *')).trigger).toMatchObject({ expression: 'H H * * *' });
  });

  it('takes an offset instead of a zone', () => {
    expect(cron({ utcOffset: -90 }, { timeZone: 'Asia/Tokyo' }).trigger).toEqual({
      type: 'cron',
      expression: '0 9 * * 1-5',
      utcOffset: -90,
    });
  });

  it('reads an expression without a zone in the zone of the module', () => {
    expect(cron({}, { timeZone: 'Asia/Tokyo' }).trigger).toMatchObject({ timeZone: 'Asia/Tokyo' });
  });

  it('fires once at a Date or at a luxon DateTime', () => {
    const at = '2030-01-02T03:04:05.678Z';
    const once = { type: 'date', at };
    expect(declare(Cron(new Date(at))).trigger).toEqual(once);
    expect(declare(Cron(DateTime.fromISO(at, { zone: 'Asia/Tokyo' }))).trigger).toEqual(once);
  });

  it('makes an interval of whole milliseconds', () => {
    expect(declare(Interval(1_500.5)).trigger).toEqual({ type: 'interval', milliseconds: 1_500 });
  });

  it('makes a start with a delay of a timeout', () => {
    expect(declare(Timeout(0)).trigger).toEqual({ type: 'start', delayMs: 0 });
  });
});

describe('the policies of a declared job', () => {
  it('are the defaults when nothing is given', () => {
    expect(cron()).toMatchObject({
      misfireGraceMs: 86_400_000,
      coalesce: 'latest',
      overlap: 'skip',
      maxInstances: 1,
      priority: 0,
      tags: [],
      paused: false,
      disabled: false,
    });
  });

  it('follow the options of the stock decorator', () => {
    const options = { disabled: true, waitForCompletion: true, threshold: 250 };
    expect(cron(options)).toMatchObject({ disabled: true, overlap: 'skip', misfireGraceMs: 250 });
  });

  it('are those of @TaskOptions where both are given', () => {
    const options = { overlap: 'allow', misfireGraceMs: null, tags: ['reports'] };
    expect(cron({ waitForCompletion: true, threshold: 250 }, { options })).toMatchObject(options);
  });
});

describe('a refused declaration', () => {
  it.each([
    ['a bad expression', Cron('99 * * * *'), '/trigger/expression "99 * * * *" is not a cron'],
    ['a cron that never fires', Cron('0 0 30 2 *'), '/trigger/expression "0 0 30 2 *" never fires'],
    [
      'a bad zone',
      Cron('* * * * *', { timeZone: 'Mars/Base' }),
      '/trigger/timeZone must be an IANA',
    ],
    ['an invalid date', Cron(new Date('never')), '/trigger/at must be an RFC 3339 instant'],
    ['too short an interval', Interval(1), '/trigger must add up to a period from 10 ms to'],
    ['an interval that is no number', Interval(Number.NaN), '/trigger/milliseconds'],
    ['a negative timeout', Timeout(-1), '/trigger/delayMs'],
  ])('names the method and the field: %s', (_title, decorator, message) => {
    expect(() => declare(decorator)).toThrow(
      `The declaration of Reports.daily was refused: ${message}`,
    );
  });

  it('names a policy that @TaskOptions got wrong', () => {
    const options = { maxInstances: 0, colour: 'red' };
    expect(() => cron({}, { options })).toThrow(
      /Reports.daily was refused: \/maxInstances .*\/colour/,
    );
  });

  it('names a job id with a control character', () => {
    expect(() => cron({}, { id: 'daily\nreport' })).toThrow('/name cannot hold control characters');
  });
});

describe('the hash of a declaration', () => {
  it('does not depend on the order in which options are written', () => {
    const one = cron(
      { timeZone: 'Europe/Berlin', disabled: true },
      { options: { priority: 1, overlap: 'allow' } },
    );
    const other = cron(
      { disabled: true, timeZone: 'Europe/Berlin' },
      { options: { overlap: 'allow', priority: 1 } },
    );
    expect(other.hash).toBe(one.hash);
    expect(one.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is the same whether a default is written out or left out', () => {
    expect(cron({}, { options: { maxInstances: 1 } }).hash).toBe(cron().hash);
  });

  it('changes with every option', () => {
    const declarations = [
      cron(),
      cron({}, { id: 'other' }),
      cron({}, { timeZone: 'Asia/Tokyo' }),
      cron({ utcOffset: 60 }),
      cron({ threshold: 250 }),
      cron({}, { options: { coalesce: 'all' } }),
      cron({}, { options: { overlap: 'allow' } }),
      cron({}, { options: { maxInstances: 2 } }),
      cron({}, { options: { priority: 1 } }),
      cron({}, { options: { tags: ['a'] } }),
      declare(Cron('0 10 * * 1-5')),
      declare(Interval(1_000)),
      declare(Timeout(1_000)),
    ];
    expect(new Set(declarations.map(({ hash }) => hash)).size).toBe(declarations.length);
  });
});
