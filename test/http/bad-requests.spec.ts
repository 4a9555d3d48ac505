import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRequest } from './bad-requests.js';
import { startHttpApp, type HttpApp } from './http-app.js';
import { Random } from './random.js';
import { sendRaw, type RawRequest } from './raw-request.js';

const REQUESTS = 2_400;
const AT_ONCE = 12;
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp();
  const job = { id: 'target', task: 'reports.daily', trigger: { type: 'interval', weeks: 5 } };
  await http.call().post('/scheduler/jobs').send(job).expect(201);
});
afterAll(() => http?.close());

/** All that a request could have changed. */
const rows = () =>
  http.database.query(
    `SELECT (SELECT jsonb_agg(j ORDER BY id) FROM carillon.jobs j) AS jobs,
            (SELECT jsonb_agg(p ORDER BY job_id) FROM carillon.job_plans p) AS plans,
            (SELECT jsonb_agg(r ORDER BY id) FROM carillon.runs r) AS runs,
            (SELECT jsonb_agg(a ORDER BY id) FROM carillon.audit a
             WHERE action <> 'access.refuse') AS audit,
            (SELECT jsonb_agg(k ORDER BY key) FROM carillon.idempotency_keys k) AS keys,
            (SELECT jsonb_agg(jsonb_build_array(id, stopped_at, drain_requested_at))
             FROM carillon.nodes) AS nodes,
            (SELECT jsonb_build_array(paused, fencing_token, node_id)
             FROM carillon.leader_lock) AS lock`,
  );

/** What is wrong with the answer; null: nothing. */
async function complaint(request: RawRequest): Promise<string | null> {
  const what = `${request.method} ${request.path.slice(0, 80)} ${String(request.body).slice(0, 120)}`;
  try {
    const { status, headers, text } = await sendRaw(http.url, request);
    if (status < 400 || status >= 500) return `${status}: ${what}`;
    if (!headers['content-type']?.startsWith('application/problem+json')) {
      return `${status} ${headers['content-type']}: ${what}`;
    }
    const problem = JSON.parse(text) as Record<string, unknown>;
    const { type, title, detail, code } = problem;
    const whole = [type, title, detail, code].every((part) => typeof part === 'string' && part);
    return whole && problem['status'] === status ? null : `${text}: ${what}`;
  } catch (error) {
    return `${String(error)}: ${what}`;
  }
}

describe(`requests that nobody should send (seed ${SEED})`, () => {
  it('are each refused with a problem, and change nothing', async () => {
    const random = new Random(SEED);
    const requests = Array.from({ length: REQUESTS }, () => badRequest(random));
    await expect
      .poll(async () => (await http.call().get('/scheduler/leader')).body as object)
      .toMatchObject({ nodeId: expect.any(String) });
    const before = await rows();
    const complaints: string[] = [];
    const worker = async () => {
      for (let next = requests.pop(); next; next = requests.pop()) {
        const found = await complaint(next);
        if (found !== null) complaints.push(found);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(complaints).toEqual([]);
    expect(await rows()).toEqual(before);
    await http.call().get('/scheduler/jobs/target').expect(200);
  });
});

describe('odd texts where any text may stand', () => {
  it.each([
    "' OR 1=1 --",
    '%',
    '_',
    '\\',
    '"; SELECT pg_sleep(9)',
    '👩‍👩‍👧‍👦',
    '__proto__',
    '<script>',
    'a'.repeat(200),
  ])('find nothing: %s', async (text) => {
    for (const path of [
      '/jobs?text=',
      '/jobs?tag=',
      '/jobs?task=',
      '/runs?job=',
      '/audit?actor=',
    ]) {
      const { body } = await http.call().get(`/scheduler${path}${encodeURIComponent(text)}`);
      expect(body).toEqual({ items: [], nextCursor: null });
    }
  });
});
