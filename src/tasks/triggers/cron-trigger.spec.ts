import { describe, expect, it } from 'vitest';
import { parseTrigger } from './parse-trigger.js';
import type { CronSpec } from './trigger-spec.js';

const cron = (expression: string, zone: Omit<CronSpec, 'type' | 'expression'> = {}) =>
  parseTrigger({ type: 'cron', expression, ...zone });

/** The fire times that follow an instant. */
function following(trigger: ReturnType<typeof cron>, after: string, most: number): string[] {
  const times: string[] = [];
  for (let at = trigger.next(new Date(after)); at && times.length < most; at = trigger.next(at)) {
    times.push(at.toISOString().replace(/:00\.000Z$/, ''));
  }
  return times;
}

describe('a cron trigger', () => {
  it('fires strictly after and strictly before what it is asked for, to the millisecond', () => {
    const hourly = cron('0 * * * *');
    const next = (at: string) => hourly.next(new Date(`2026-03-02T${at}Z`))?.toISOString();
    const previous = (at: string) => hourly.previous(new Date(`2026-03-02T${at}Z`))?.toISOString();
    expect(next('11:59:59.999')).toBe('2026-03-02T12:00:00.000Z');
    expect(next('12:00:00.000')).toBe('2026-03-02T13:00:00.000Z');
    expect(next('12:00:00.001')).toBe('2026-03-02T13:00:00.000Z');
    expect(previous('12:00:00.001')).toBe('2026-03-02T12:00:00.000Z');
    expect(previous('12:00:00.000')).toBe('2026-03-02T11:00:00.000Z');
    expect(previous('11:59:59.999')).toBe('2026-03-02T11:00:00.000Z');
  });

  it('takes seconds and years as sixth and seventh field', () => {
    expect(following(cron('30 0 12 * * *'), '2026-03-02T00:00:00Z', 1)).toEqual([
      '2026-03-02T12:00:30.000Z',
    ]);
    expect(following(cron('0 0 12 1 1 * 2030'), '2026-03-02T00:00:00Z', 2)).toEqual([
      '2030-01-01T12:00',
    ]);
  });

  it('has nothing before or after its years', () => {
    const once = cron('0 0 12 1 1 * 2030');
    expect(once.next(new Date('2030-01-01T12:00:00Z'))).toBeNull();
    expect(once.previous(new Date('2030-01-01T12:00:00Z'))).toBeNull();
  });

  it('knows 0 and 7 as Sunday, and names of days and months', () => {
    const sundays = ['2026-03-08T00:00', '2026-03-15T00:00'];
    for (const day of ['0', '7', 'SUN', 'sun']) {
      expect(following(cron(`0 0 * * ${day}`), '2026-03-02T00:00:00Z', 2)).toEqual(sundays);
    }
    expect(following(cron('0 0 1 JAN,jul *'), '2026-03-02T00:00:00Z', 2)).toEqual([
      '2026-07-01T00:00',
      '2027-01-01T00:00',
    ]);
  });

  it('fires on either day when both day fields say something', () => {
    expect(following(cron('0 0 13 * FRI'), '2026-03-02T00:00:00Z', 4)).toEqual([
      '2026-03-06T00:00',
      '2026-03-13T00:00',
      '2026-03-20T00:00',
      '2026-03-27T00:00',
    ]);
    expect(following(cron('0 0 15 * MON'), '2026-03-09T00:00:00Z', 2)).toEqual([
      '2026-03-15T00:00',
      '2026-03-16T00:00',
    ]);
  });

  it('takes a full range in one day field as saying nothing', () => {
    const mondays = following(cron('0 0 * * 1'), '2026-03-02T00:00:00Z', 3);
    for (const any of ['1-31', '*/1', '?']) {
      expect(following(cron(`0 0 ${any} * 1`), '2026-03-02T00:00:00Z', 3)).toEqual(mondays);
      expect(following(cron(`0 0 0 ${any} * 1`), '2026-03-02T00:00:00Z', 3)).toEqual(mondays);
    }
    const firsts = following(cron('0 0 1 * *'), '2026-03-02T00:00:00Z', 3);
    for (const any of ['0-6', '0-7', '1-7', '*/1', '?']) {
      expect(following(cron(`0 0 1 * ${any}`), '2026-03-02T00:00:00Z', 3)).toEqual(firsts);
    }
  });

  it('knows the last day, the nearest weekday and the nth weekday of a month', () => {
    const from = '2026-01-31T12:00:00Z';
    expect(following(cron('0 0 L * *'), from, 1)).toEqual(['2026-02-28T00:00']);
    expect(following(cron('0 0 15W * *'), from, 1)).toEqual(['2026-02-16T00:00']);
    expect(following(cron('0 0 * * 1#2'), from, 1)).toEqual(['2026-02-09T00:00']);
    expect(following(cron('0 0 * * 5L'), from, 1)).toEqual(['2026-02-27T00:00']);
  });

  it('knows the names that stand for an expression', () => {
    const from = '2026-02-27T23:59:30Z';
    const first = (name: string) => following(cron(name), from, 1)[0];
    expect({
      secondly: first('@secondly'),
      minutely: first('@minutely'),
      hourly: first('@hourly'),
      daily: first('@daily'),
      weekly: first('@weekly'),
      monthly: first('@monthly'),
      yearly: first('@yearly'),
      weekdays: first('@weekdays'),
      weekends: first('@WEEKENDS'),
    }).toEqual({
      secondly: '2026-02-27T23:59:31.000Z',
      minutely: '2026-02-28T00:00',
      hourly: '2026-02-28T00:00',
      daily: '2026-02-28T00:00',
      weekly: '2026-03-01T00:00',
      monthly: '2026-03-01T00:00',
      yearly: '2027-01-01T00:00',
      weekdays: '2026-03-02T00:00',
      weekends: '2026-02-28T00:00',
    });
  });
});

describe('a cron trigger in a zone', () => {
  const berlin = { timeZone: 'Europe/Berlin' };

  it('is UTC unless it says otherwise', () => {
    expect(following(cron('0 9 * * *'), '2026-07-01T00:00:00Z', 1)).toEqual(['2026-07-01T09:00']);
  });

  it('goes by the clocks there', () => {
    const nine = cron('0 9 * * *', berlin);
    expect(following(nine, '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T08:00']);
    expect(following(nine, '2026-07-01T00:00:00Z', 1)).toEqual(['2026-07-01T07:00']);
  });

  it('takes a fixed offset in minutes, which no summer time moves', () => {
    const nine = cron('0 9 * * *', { utcOffset: -90 });
    expect(following(nine, '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T10:30']);
    expect(following(nine, '2026-07-01T00:00:00Z', 1)).toEqual(['2026-07-01T10:30']);
  });

  it('does not mix up patterns of the same expression in other zones', () => {
    const times = [{}, berlin, { utcOffset: 60 }, { timeZone: 'Asia/Tokyo' }].map(
      (zone) => following(cron('0 9 * * *', zone), '2026-07-01T00:00:00Z', 1)[0],
    );
    expect(times).toEqual([
      '2026-07-01T09:00',
      '2026-07-01T07:00',
      '2026-07-01T08:00',
      '2026-07-02T00:00',
    ]);
  });

  it('fires once after the gap in spring, at the first instant after it', () => {
    expect(following(cron('30 2 * * *', berlin), '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
  });

  it('fires once in the repeated hour of autumn, the first time', () => {
    expect(following(cron('30 2 * * *', berlin), '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it('follows real time through both when it fires more often than hourly', () => {
    expect(following(cron('*/30 * * * *', berlin), '2026-03-29T00:29:00Z', 3)).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:00',
      '2026-03-29T01:30',
    ]);
    expect(following(cron('*/30 * * * *', berlin), '2026-10-25T00:29:00Z', 4)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
    ]);
  });

  it('finds the same fire times backwards as forwards, across both changes of the clocks', () => {
    for (const [day, zone] of [
      ['2026-03-29', 'Europe/Berlin'],
      ['2026-10-25', 'Europe/Berlin'],
      ['2026-04-05', 'Australia/Lord_Howe'],
      ['2026-11-01', 'America/New_York'],
    ] as const) {
      for (const expression of ['30 2 * * *', '*/20 * * * *', '15 */2 * * *', '5 0-3 * * *']) {
        const trigger = cron(expression, { timeZone: zone });
        const noon = Date.parse(`${day}T12:00:00Z`);
        const start = new Date(noon - 24 * 3_600_000);
        const end = new Date(noon + 24 * 3_600_000);
        const forwards: Date[] = [];
        for (let at = trigger.next(start); at && at < end; at = trigger.next(at)) forwards.push(at);
        const backwards: Date[] = [];
        for (let at = trigger.previous(end); at && at > start; at = trigger.previous(at)) {
          backwards.unshift(at);
        }
        expect(backwards, `${expression} ${zone}`).toEqual(forwards);
        expect(forwards.length).toBeGreaterThan(0);
      }
    }
  });
});
