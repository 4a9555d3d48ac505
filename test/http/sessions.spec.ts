import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { keyOf, KEYS, startHttpApp, type HttpApp } from './http-app.js';

let database: TestDatabase;
let one: HttpApp;
let two: HttpApp;

beforeAll(async () => {
  database = await createTestDatabase();
  const http = { keys: KEYS, production: true };
  one = await startHttpApp({ database, nodeName: 'one', http });
  two = await startHttpApp({ database, nodeName: 'two', http });
});
afterAll(async () => {
  await one?.close();
  await two?.close();
  await database?.drop();
});

async function signIn(key: string): Promise<string> {
  const begun = await one.call().post('/scheduler/session').send({ key }).expect(200);
  return String(begun.headers['set-cookie']).split(';')[0]!;
}

const statusOn = async (node: HttpApp, cookie: string) =>
  (await node.call().get('/scheduler/jobs').set('Cookie', cookie)).status;

describe('a session', () => {
  it('that is signed out is over on every node, whoever has kept the cookie', async () => {
    const [mine, other] = [await signIn('operator-key'), await signIn('operator-key')];
    expect([await statusOn(one, mine), await statusOn(two, mine)]).toEqual([200, 200]);
    const end = one.call().delete('/scheduler/session').set('Cookie', mine);
    const { headers } = await end.expect(204);
    expect(String(headers['set-cookie'])).toContain('Max-Age=0');
    expect([await statusOn(one, mine), await statusOn(two, mine)]).toEqual([401, 401]);
    expect([await statusOn(one, other), await statusOn(two, other)]).toEqual([200, 200]);
    await two.call().delete('/scheduler/session').set('Cookie', mine).expect(204);
  });

  it('goes on where another key is taken away, and ends with its own', async () => {
    const sessions = [await signIn('viewer-key'), await signIn('admin-key')] as const;
    const http = { keys: [keyOf('admin'), keyOf('operator')], production: true };
    const later = await startHttpApp({ database, nodeName: 'later', http });
    const statuses = [await statusOn(later, sessions[0]), await statusOn(later, sessions[1])];
    await later.close();
    expect(statuses).toEqual([401, 200]);
  });
});

/** What a browser says of a click on a link in a mail, and of a script of another site. */
const FROM_MAIL = {
  'Sec-Fetch-Site': 'cross-site',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
};
const FROM_SCRIPT = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' };

describe('the page of the documentation in production', () => {
  it('opens from anywhere and asks for a key, holding no data itself', async () => {
    const { text, headers } = await one.call().get('/scheduler/docs').set(FROM_MAIL).expect(200);
    expect(text).toContain('<form id="sign-in" hidden>');
    expect(text).toContain('data-session="session"');
    expect(text).not.toMatch(/<script>|\son\w+=|operationId/);
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    const script = await one.call().get('/scheduler/docs/start.js').expect(200);
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  it('has data for nobody from elsewhere, nor without a session', async () => {
    const cookie = await signIn('viewer-key');
    const document = () => one.call().get('/scheduler/openapi.json');
    await document().expect(401);
    await document()
      .set({ Cookie: cookie, ...FROM_SCRIPT })
      .expect(403);
    await document()
      .set({ Cookie: cookie, ...FROM_MAIL })
      .expect(403);
    await document().set({ Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' }).expect(200);
  });
});
