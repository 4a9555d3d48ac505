import { describe, expect, it } from 'vitest';
import { InvalidInputError, type Issue } from './invalid-input.js';
import { parseTrigger, triggerIssues } from './parse-trigger.js';
import { MAX_PERIOD_MS, MIN_PERIOD_MS } from './trigger-spec.js';

const cron = (expression: unknown, more: object = {}) => ({ type: 'cron', expression, ...more });
const pointers = (spec: unknown) => triggerIssues(spec).map(({ pointer }) => pointer);
const messages = (spec: unknown) => triggerIssues(spec).map(({ message }) => message);

describe('parseTrigger', () => {
  it('adds up the parts of an interval', () => {
    const spec = { type: 'interval', hours: 1, minutes: 30, seconds: 5, milliseconds: 7 };
    expect(parseTrigger(spec).next(new Date(0))).toEqual(new Date(5_405_007));
  });

  it('anchors an interval at the epoch unless told otherwise', () => {
    const weekly = { type: 'interval', weeks: 1 };
    expect(parseTrigger(weekly).next(new Date(-1))).toEqual(new Date(0));
    const startAt = '2026-03-02T13:00:00+01:00';
    expect(parseTrigger({ ...weekly, startAt }).next(new Date(0))).toEqual(
      new Date('2026-03-02T12:00:00Z'),
    );
  });

  it('reads an instant in its offset', () => {
    expect(
      parseTrigger({ type: 'date', at: '2026-03-02T12:00:00-01:30' }).next(new Date(0)),
    ).toEqual(new Date('2026-03-02T13:30:00Z'));
  });

  it('refuses what is no trigger at all', () => {
    for (const spec of [null, undefined, 7, 'cron']) {
      expect(messages(spec)).toEqual([
        'must have a type: "cron", "interval", "date", "calendar-interval", "and" or "or"',
      ]);
    }
    expect(pointers({ type: 'lunar' })).toEqual(['/type']);
    expect(pointers({})).toEqual(['/type']);
  });

  it('points at each field that it does not know, and writes the pointer by the book', () => {
    const spec = { type: 'interval', minutes: 1, hour: 2, 'a/b~c': 3 };
    expect(triggerIssues(spec)).toEqual<Issue[]>([
      { pointer: '/hour', message: 'is not a known field' },
      { pointer: '/a~1b~0c', message: 'is not a known field' },
    ]);
  });

  it('points at the field that is wrong', () => {
    expect(pointers(cron(undefined))).toEqual(['/expression']);
    expect(pointers(cron('* * * * *', { timeZone: 'Mars/Olympus' }))).toEqual(['/timeZone']);
    expect(pointers(cron('* * * * *', { utcOffset: 0.5 }))).toEqual(['/utcOffset']);
    expect(pointers({ type: 'interval', seconds: -1 })).toEqual(['/seconds']);
    expect(pointers({ type: 'interval', minutes: 1.5 })).toEqual(['/minutes']);
    expect(pointers({ type: 'interval', minutes: 1, startAt: 'soon' })).toEqual(['/startAt']);
    expect(pointers({ type: 'date' })).toEqual(['/at']);
    expect(pointers({ type: 'date', at: '2026-02-30T00:00:00Z' })).toEqual(['/at']);
  });

  it('reads an instant without a zone in the zone of the trigger, UTC unless it says otherwise', () => {
    const noon = { type: 'date', at: '2026-03-02T12:00:00' };
    const next = (spec: object) => parseTrigger(spec).next(new Date(0));
    expect(next(noon)).toEqual(new Date('2026-03-02T12:00:00Z'));
    expect(next({ ...noon, timeZone: 'Asia/Tokyo' })).toEqual(new Date('2026-03-02T03:00:00Z'));
    expect(next({ ...noon, utcOffset: -90 })).toEqual(new Date('2026-03-02T13:30:00Z'));
  });

  it('refuses a zone and an offset at once', () => {
    expect(triggerIssues(cron('* * * * *', { timeZone: 'UTC', utcOffset: 60 }))).toEqual([
      {
        pointer: '/utcOffset',
        message: 'cannot be combined with timeZone: give one of them',
      },
    ]);
  });

  it('refuses what is no cron expression, and says why', () => {
    for (const expression of ['x', '* * *', '60 * * * *', '* 24 * * *', '@never', '0 0 32 * *']) {
      const [issue, ...more] = triggerIssues(cron(expression));
      expect(issue).toEqual({
        pointer: '/expression',
        message: expect.stringContaining(`"${expression}" is not a cron expression: `) as string,
      });
      expect(more).toEqual([]);
    }
  });

  it('refuses an expression that never fires, and finds that out quickly', () => {
    const since = performance.now();
    for (const expression of ['0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 0 30 2 * 2030']) {
      expect(triggerIssues(cron(expression))).toEqual([
        { pointer: '/expression', message: `"${expression}" never fires` },
      ]);
    }
    expect(performance.now() - since).toBeLessThan(2_000);
  });

  it('takes what fires seldom', () => {
    expect(parseTrigger(cron('0 0 29 2 *')).next(new Date('2026-01-01'))).toEqual(
      new Date('2028-02-29T00:00:00Z'),
    );
  });

  it('refuses a period that is too short, too long or missing', () => {
    const whole = (milliseconds: number) => triggerIssues({ type: 'interval', milliseconds });
    expect(whole(MIN_PERIOD_MS)).toEqual([]);
    expect(whole(MAX_PERIOD_MS)).toEqual([]);
    for (const ms of [0, MIN_PERIOD_MS - 1, MAX_PERIOD_MS + 1]) {
      expect(whole(ms)).toEqual([
        { pointer: '', message: expect.stringMatching(/^must add up to a period/) as string },
      ]);
    }
    expect(pointers({ type: 'interval' })).toEqual(['']);
    expect(pointers({ type: 'interval', weeks: 20_000_000_000 })).toEqual(['']);
  });

  it('throws all of it in one error', () => {
    const parse = () => parseTrigger({ type: 'interval', seconds: 'x', minutes: -1 });
    expect(parse).toThrow(InvalidInputError);
    expect(parse).toThrow(/^The trigger was refused: \/minutes .+; \/seconds .+/);
  });
});
