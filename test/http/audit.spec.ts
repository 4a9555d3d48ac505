import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { KEYS, startHttpApp, type HttpApp } from './http-app.js';

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp({ http: { keys: KEYS, production: true } });
});
afterAll(() => http?.close());

const as = (key: string) => ({ Authorization: `Bearer ${key}-key` });

interface Entry {
  readonly actor: string;
  readonly action: string;
  readonly reason: string | null;
  readonly details: Record<string, unknown>;
}

async function entries(action: string): Promise<readonly Entry[]> {
  const query = http.call().get('/scheduler/audit').query({ action }).set(as('admin'));
  return ((await query.expect(200)).body as { items: Entry[] }).items;
}

/** A row that is written beside the answer. */
const entry = (action: string, fits: (entry: Entry) => boolean = () => true) =>
  until(`an entry of ${action}`, async () => (await entries(action)).find(fits));

describe('the audit', () => {
  it('has a stop and a start of a node, with who and why', async () => {
    const by = { ...as('admin'), 'X-Reason': 'deploy' };
    await http.call().post('/scheduler/shutdown').set(by).expect(204);
    await http.call().post('/scheduler/start').set(by).expect(204);
    await until('a node at work', async () => {
      return (await http.call().get('/health/ready')).status === 200;
    });
    const nodeId = expect.any(String) as string;
    expect(await entry('node.start')).toMatchObject({
      actor: 'the-admin',
      reason: 'deploy',
      details: { nodeId, before: { running: false }, after: { running: true } },
    });
    expect(await entry('node.shutdown')).toMatchObject({
      actor: 'the-admin',
      reason: 'deploy',
      details: { nodeId, before: { running: true }, after: { running: false } },
    });
    await http.call().post('/scheduler/start').set(by).expect(409);
    expect(await entries('node.start')).toHaveLength(1);
  });

  it.each([
    ['no key', {}, 401, 'unauthorized', 'unknown'],
    ['an unknown key', as('other'), 401, 'unknown-key', 'unknown'],
    ['a role that is too low', as('viewer'), 403, 'role-too-low', 'the-viewer'],
  ])('has a change that was refused: %s', async (_, headers, status, code, actor) => {
    const path = `/scheduler/jobs/${code}`;
    await http.call().delete(path).set(headers).expect(status);
    const found = await entry('access.refuse', ({ details }) => details['path'] === path);
    const address = expect.stringContaining('127.0.0.1') as string;
    expect(found).toMatchObject({ actor, details: { method: 'DELETE', status, code, address } });
  });

  it('has a bulk change and a sign-in that were refused, and what is only read is not there', async () => {
    const bulk = http.call().post('/scheduler/jobs/bulk').set(as('operator'));
    await bulk.send({ action: 'remove', ids: ['a'] }).expect(403);
    const create = http.call().post('/scheduler/jobs/bulk').set(as('operator'));
    await create.send({ action: 'create', jobs: [{}] }).expect(403);
    await http.call().post('/scheduler/session').send({ key: 'guess' }).expect(401);
    await http.call().get('/scheduler/jobs').expect(401);
    const paths = async () =>
      (await entries('access.refuse')).map(({ details }) => details['path']);
    await until('both of them', async () => {
      const found = await paths();
      return ['jobs/bulk, remove', 'jobs/bulk, create', 'session'].every((path) =>
        found.includes(path),
      );
    });
    expect(await paths()).not.toContain('/scheduler/jobs');
  });

  it('is not filled by whoever tries keys', async () => {
    const rows = async () => (await entries('access.refuse')).length;
    const before = await rows();
    for (let n = 0; n < 60; n++) {
      await http
        .call()
        .post('/scheduler/pause')
        .set(as(`guess-${n}`));
    }
    await until('the first of them', async () => (await rows()) > before);
    expect((await rows()) - before).toBeLessThanOrEqual(2);
  });
});
