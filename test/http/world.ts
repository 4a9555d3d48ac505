import {
  EXAMPLE_JOB,
  EXAMPLE_NODE,
  EXAMPLE_PENDING_RUN,
  EXAMPLE_RUN,
} from '../../src/tasks/http/protocol/example-job.js';
import { until } from '../support/until.js';
import type { HttpApp } from './http-app.js';

/** What the examples of the API's description take for granted, and how it is put back in place. */
export class World {
  private ids: Readonly<Record<string, string>> = {};

  constructor(private readonly http: HttpApp) {}

  /** Makes what stays the same: a run that has ended. */
  async prepare(): Promise<void> {
    const add = this.http.call().post('/scheduler/jobs');
    const trigger = { type: 'interval', hours: 1 };
    await add.send({ id: 'ended', task: EXAMPLE_JOB.task, trigger }).expect(201);
    const waiting = this.http.call().post('/scheduler/jobs');
    await waiting.send({ id: 'waiting', task: EXAMPLE_JOB.task, trigger }).expect(201);
    const asked = await this.http.call().post('/scheduler/jobs/ended/run').expect(202);
    const { id: run } = asked.body as { id: string };
    await until('the end of a run', async () => {
      const { body } = await this.http.call().get(`/scheduler/runs/${run}`).expect(200);
      return (body as { state: string }).state === 'succeeded';
    });
    this.ids = { [EXAMPLE_RUN]: run };
  }

  /** The job is as the examples have it, nothing is paused, and the node is at work. */
  async restore(): Promise<void> {
    const call = () => this.http.call();
    await call().post('/scheduler/start');
    await until('a node at work', async () => (await call().get('/health/ready')).status === 200);
    await call().post('/scheduler/resume').expect(204);
    for (const id of [EXAMPLE_JOB.id, 'another', 'flat'])
      await call().delete(`/scheduler/jobs/${id}`);
    // A run of the example before would overlap with one of this.
    await until('the end of all runs', async () => {
      const sql = `SELECT FROM carillon.runs WHERE job_id = $1 AND state = 'running'`;
      return (await this.http.database.query(sql, [EXAMPLE_JOB.id])).length === 0;
    });
    await call().post('/scheduler/jobs').send(EXAMPLE_JOB).expect(201);
    const [pending] = await this.http.database.query<{ id: string }>(
      `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, created_at)
       VALUES ('waiting', 'nobody.knows', now(), now(), 'manual', 'pending', true, now())
       RETURNING id::text`,
    );
    const { body } = await call().get('/scheduler').expect(200);
    const { node } = body as { node: { id: string } };
    this.ids = { ...this.ids, [EXAMPLE_PENDING_RUN]: pending!.id, [EXAMPLE_NODE]: node.id };
  }

  /** The id that stands for one of an example. */
  idOf(example: string): string {
    return this.ids[example] ?? example;
  }
}
