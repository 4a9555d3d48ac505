import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFastifyApp } from './fastify-app.js';
import { startHttpApp, type HttpApp } from './http-app.js';

describe.each([
  ['Express', startHttpApp],
  ['Fastify', startFastifyApp],
])('a job that is asked for again, on %s', (_, start) => {
  let http: HttpApp;
  beforeAll(async () => {
    http = await start({});
    const trigger = { type: 'date', at: '2099-01-01T00:00:00Z' };
    const job = { id: 'seen', task: 'reports.daily', trigger };
    await http.call().post('/scheduler/jobs').send(job).expect(201);
  });
  afterAll(() => http?.close());

  const path = '/scheduler/jobs/seen';
  const tag = async () => String((await http.call().get(path).expect(200)).headers['etag']);
  const again = (known: string) => http.call().get(path).set('If-None-Match', known);

  it('is not sent again while nothing of it has changed', async () => {
    const seen = await tag();
    for (const known of [seen, `"x", ${seen}`, `W/${seen}`, '*']) {
      const { text, headers } = await again(known).expect(304);
      expect([text, headers['etag']]).toEqual(['', seen]);
    }
    const [definition = ''] = seen.split('.');
    for (const known of ['"1"', `${definition}"`]) await again(known).expect(200);
  });

  it.each([
    ['next_fire_at', `next_fire_at + interval '1 hour'`],
    ['last_fire_at', 'clock_timestamp()'],
  ])(
    'is sent again after a fire, which gives it another %s and no other revision',
    async (column, value) => {
      const seen = await tag();
      await http.database.query(`UPDATE carillon.job_plans SET ${column} = ${value}`);
      const { headers } = await again(seen).expect(200);
      expect(headers['etag']).not.toBe(seen);
      expect(headers['etag']!.split('.')[0]).toBe(seen.split('.')[0]);
    },
  );

  it('is sent again when only the answer to why it waits is another', async () => {
    const seen = await tag();
    await http.call().post('/scheduler/pause').send({}).expect(204);
    const { body } = await again(seen).expect(200);
    expect(body).toMatchObject({ revision: 1, why: { state: 'cluster-paused' } });
    await http.call().post('/scheduler/resume').expect(204);
  });

  it('is sent again when it was made anew', async () => {
    const seen = await tag();
    await http.call().delete(path).expect(204);
    const trigger = { type: 'date', at: '2099-01-01T00:00:00Z' };
    await http.call().post('/scheduler/jobs').send({ id: 'seen', task: 'reports.daily', trigger });
    await again(seen).expect(200);
  });
});
