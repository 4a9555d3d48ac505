import { until } from '../support/until.js';
import type { ZooDatabase } from './trial.js';

const NEVER = { type: 'date', at: '2090-01-01T00:00:00Z' };

/** Makes a job and runs it, is refused what is wrong, and reads what the API says of itself. */
export async function callApi(url: string, database: ZooDatabase): Promise<void> {
  const refused = await post(url, '/jobs', { id: 7 });
  expectStatus('a body that is wrong', refused, 400);
  const type = refused.headers.get('content-type') ?? 'nothing';
  if (!type.startsWith('application/problem+json')) throw new Error(`a problem is sent as ${type}`);
  await runOf(url, 'on-demand');
  const effect = `SELECT FROM effects WHERE job = 'on-demand'`;
  await until('the run that was asked for', async () => (await database.query(effect)).length > 0);
  const filtered = await fetch(`${url}/scheduler/runs?job=on-demand&limit=1`);
  const { items } = (await filtered.json()) as { items: { jobId: string }[] };
  if (items[0]?.jobId !== 'on-demand') throw new Error('the list of runs is not filtered');

  const described = await fetch(`${url}/scheduler/openapi.json`);
  const { paths } = (await described.json()) as { paths: Record<string, { post?: object }> };
  if (!('requestBody' in (paths['/scheduler/jobs']?.post ?? {}))) {
    throw new Error('the description does not say what a new job is');
  }
  expectStatus('readiness', await fetch(`${url}/health/ready`), 200);
  const page = await (await fetch(`${url}/scheduler/docs`)).text();
  if (!page.includes('npm install swagger-ui-dist'))
    throw new Error('the documentation does not say what it lacks');
}

/** Makes a job of a task, named like it, and runs it now. */
export async function runOf(url: string, task: string): Promise<void> {
  expectStatus('a new job', await post(url, '/jobs', { id: task, task, trigger: NEVER }), 201);
  const run = await post(url, `/jobs/${task}/run`, {});
  if (!run.ok) throw new Error(`running "${task}" is answered ${run.status}: ${await run.text()}`);
}

function post(url: string, path: string, body: unknown): Promise<Response> {
  return fetch(`${url}/scheduler${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function expectStatus(what: string, { status }: Response, expected: number): void {
  if (status !== expected) throw new Error(`${what} is answered ${status} and not ${expected}`);
}
