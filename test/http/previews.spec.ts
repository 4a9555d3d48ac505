import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpApp, type HttpApp } from './http-app.js';

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp();
  const trigger = { type: 'interval', hours: 1 };
  await http.call().post('/scheduler/jobs').send({ id: 'there', task: 'reports.daily', trigger });
});
afterAll(() => http?.close());

type Issues = { errors: { pointer: string }[] };
type Shown = { items: { at: string }[]; complete: boolean; nextFrom: string | null };

const cron = (expression: unknown, more: object = {}) => ({ type: 'cron', expression, ...more });

/** Where each trigger is wrong, inside of it. */
const WRONG: readonly (readonly [string, unknown, string])[] = [
  ['an expression that is none', cron('61 * * * *'), '/expression'],
  ['an expression of another type', cron(7), '/expression'],
  ['one that never fires', cron('0 0 30 2 *'), '/expression'],
  ['a zone that there is not', cron('* * * * *', { timeZone: 'Mars/Base' }), '/timeZone'],
  [
    'an end before the start',
    cron('* * * * *', { startAt: '2099-01-01T00:00:00Z', endAt: '2098-01-01T00:00:00Z' }),
    '/endAt',
  ],
  ['a field that nobody knows', cron('* * * * *', { colour: 1 }), '/colour'],
  ['a field of another type', { type: 'interval', hours: 'x' }, '/hours'],
  ['no period', { type: 'interval' }, ''],
  ['a date that is none', { type: 'date', at: 'tomorrow' }, '/at'],
  ['a type that there is not', { type: 'sun' }, '/type'],
  ['no object', 7, ''],
  ['no type', {}, '/type'],
  ['one inside another', { type: 'or', triggers: [cron('x')] }, '/triggers/0/expression'],
  ['cron fields', { type: 'cron', fields: { hour: '25' } }, '/fields/hour'],
];

const pointersOf = (body: unknown) => (body as Issues).errors.map(({ pointer }) => pointer);

describe('what is wrong with a trigger', () => {
  it.each(WRONG)('is named from the whole body, whoever finds it: %s', async (_, trigger, at) => {
    const call = () => http.call();
    const sent = [
      await call().post('/scheduler/triggers/preview').send({ trigger }),
      await call().post('/scheduler/jobs').send({ id: 'x', task: 'reports.daily', trigger }),
      await call().put('/scheduler/jobs/x').send({ task: 'reports.daily', trigger }),
      await call().patch('/scheduler/jobs/there').send({ trigger }),
    ];
    for (const { status, body } of sent) {
      expect([400, 422]).toContain(status);
      expect(pointersOf(body)).toEqual([`/trigger${at}`]);
    }
  });

  it('is named beside what is wrong with the rest of a preview', async () => {
    const body = { trigger: cron('* * * * *'), limit: 0, from: 'now' };
    const answer = await http.call().post('/scheduler/triggers/preview').send(body).expect(400);
    expect(pointersOf(answer.body).toSorted()).toEqual(['/from', '/limit']);
  });
});

describe('a preview', () => {
  const preview = async (body: object) =>
    (await http.call().post('/scheduler/triggers/preview').send(body).expect(200)).body as Shown;

  it.each([
    ['calendar days', { type: 'calendar-interval', days: 1 }],
    [
      'calendar days in a zone',
      { type: 'calendar-interval', days: 1, hour: 2, timeZone: 'Europe/Berlin' },
    ],
    ['days by cron', cron('30 2 * * *', { timeZone: 'Europe/Berlin' })],
    ['seconds', { type: 'interval', seconds: 7 }],
  ])('has a thousand fire times of an ordinary trigger: %s', async (_, trigger) => {
    const { items, complete } = await preview({ trigger, limit: 1_000 });
    expect([items.length, complete]).toEqual([1_000, false]);
  });

  it.each([
    ['an ordinary trigger', cron('0 */5 * * *')],
    ['one that is hard to compute', cron('0 0 29 2 1', { timeZone: 'Europe/Berlin' })],
  ])('says where it went on, so that pages of it are the whole: %s', async (_, trigger) => {
    const from = '2026-01-01T00:00:00.000Z';
    const whole = await preview({ trigger, from, limit: 20 });
    const pages: string[] = [];
    let next: string | null = from;
    while (next !== null && pages.length < 20) {
      const page: Shown = await preview({ trigger, from: next, limit: 3 });
      pages.push(...page.items.map(({ at }) => at));
      next = page.nextFrom;
    }
    expect(pages.slice(0, 20)).toEqual(whole.items.map(({ at }) => at));
  });

  it('is complete where its range has no more', async () => {
    const trigger = cron('0 * * * *');
    const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T02:00:00Z' };
    const all = await preview({ trigger, ...range, limit: 3 });
    expect(all).toMatchObject({ complete: true, nextFrom: null });
    const some = await preview({ trigger, ...range, limit: 2 });
    expect(some).toMatchObject({ complete: false, nextFrom: '2026-01-01T02:00:00.000Z' });
    const once = await preview({ trigger: { type: 'date', at: '2099-01-01T00:00:00Z' } });
    expect(once).toMatchObject({ items: [{}], complete: true });
  });

  it('says the same of a job that is stored, and of all jobs', async () => {
    const of = async (path: string) =>
      (await http.call().get(`/scheduler${path}`).expect(200)).body as Shown;
    const two = await of('/jobs/there/fire-times?limit=2');
    expect(two.complete).toBe(false);
    const rest = await of(`/jobs/there/fire-times?limit=1&from=${two.nextFrom}`);
    expect(rest.items[0]!.at > two.items[1]!.at).toBe(true);
    expect(await of('/fire-times?limit=3')).toMatchObject({ complete: false });
    const soon = new Date(Date.now() + 2 * 3_600_000).toISOString();
    expect(await of(`/fire-times?limit=500&to=${soon}`)).toMatchObject({ complete: true });
  });
});
