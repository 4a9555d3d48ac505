import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpApp, type HttpApp } from './http-app.js';

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp();
});
afterAll(() => http.close());

const add = (id: string, trigger: object, more: object = {}) =>
  http
    .call()
    .post('/scheduler/jobs')
    .send({ id, task: 'reports.daily', trigger, ...more })
    .expect(201);

interface Forecasted {
  readonly fires: number;
  readonly jobs: number;
  readonly approximate: boolean;
  readonly buckets: readonly {
    readonly from: string;
    readonly fires: number;
    readonly jobs: number;
    readonly top: { readonly jobId: string }[];
  }[];
  readonly items: readonly { readonly jobId: string; readonly counts: readonly number[] }[];
}

const DAY = 'from=2099-03-02T00:00:00Z&to=2099-03-03T00:00:00Z';

async function forecast(query: string): Promise<Forecasted> {
  const { body } = await http.call().get(`/scheduler/forecast?${query}`).expect(200);
  return body as Forecasted;
}

const cron = (expression: string) => ({ type: 'cron', expression, timeZone: 'UTC' });

describe('a forecast', () => {
  beforeAll(async () => {
    await add('nightly', cron('0 2 * * *'), { tags: ['night'] });
    await add('quarterly', cron('*/15 2,9 * * *'), { tags: ['night'] });
    await add('minutely', { type: 'interval', minutes: 1, startAt: '2026-01-01T00:00:00Z' });
    await add('paused', cron('0 2 * * *'), { paused: true });
    await add('twice', cron('0 * * * *'), { maxRuns: 2, tags: ['few'] });
  });

  it('tells how often jobs fire in each hour of a day, and which of them at once', async () => {
    const { buckets, fires, jobs, approximate } = await forecast(`${DAY}&tag=night`);
    expect(buckets).toHaveLength(24);
    expect({ fires, jobs, approximate }).toEqual({ fires: 9, jobs: 2, approximate: false });
    expect(buckets[2]).toMatchObject({ from: '2099-03-02T02:00:00.000Z', fires: 5, jobs: 2 });
    expect(buckets[2]!.top.map(({ jobId }) => jobId)).toEqual(['quarterly', 'nightly']);
    expect(buckets[3]).toMatchObject({ fires: 0, jobs: 0, top: [] });
  });

  it('tells of the jobs that fire most, bucket by bucket', async () => {
    const { items, jobs, fires } = await forecast(`${DAY}&limit=1`);
    expect(items.map(({ jobId }) => jobId)).toEqual(['minutely']);
    expect(items[0]!.counts).toEqual(Array.from({ length: 24 }, () => 60));
    expect({ jobs, fires }).toEqual({ jobs: 4, fires: 1_440 + 9 + 2 });
  });

  it('ends with the runs that a job has left', async () => {
    const { fires } = await forecast(`${DAY}&tag=few`);
    expect(fires).toBe(2);
  });

  it('sees a change of a job, whatever it has computed before', async () => {
    const url = `${DAY}&text=nightly`;
    expect((await forecast(url)).fires).toBe(1);
    await http
      .call()
      .patch('/scheduler/jobs/nightly')
      .send({ trigger: cron('0 2,3,4 * * *') })
      .expect(200);
    expect((await forecast(url)).fires).toBe(3);
  });

  it('goes a week ahead, by the days of a zone', async () => {
    const week = 'from=2099-03-01T23:00:00Z&to=2099-03-08T23:00:00Z&by=day&timeZone=Europe/Berlin';
    const { buckets } = await forecast(`${week}&text=quarterly`);
    expect(buckets.map(({ fires }) => fires)).toEqual([8, 8, 8, 8, 8, 8, 8]);
  });

  it('begins with this hour where nobody says when', async () => {
    const { buckets } = await forecast('text=minutely');
    expect(buckets).toHaveLength(24);
    expect(Date.parse(buckets[0]!.from) % 3_600_000).toBe(0);
  });

  it('refuses a range that is too long, or turned around', async () => {
    for (const to of ['2099-03-20T00:00:00Z', '2099-03-01T00:00:00Z']) {
      await http.call().get(`/scheduler/forecast?from=2099-03-02T00:00:00Z&to=${to}`).expect(422);
    }
  });
});
