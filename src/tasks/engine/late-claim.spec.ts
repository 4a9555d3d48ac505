import { expect, it } from 'vitest';
import { newJobSchema } from '../domain/job.js';
import { FakeClock } from '../testing/fake-clock.js';
import { MemoryDatabase } from '../store/memory/database.js';
import { MemoryJobStore } from '../store/memory/jobs/job-store.js';
import { memoryEngineStore } from '../store/memory/engine-store.js';
import { Claimer } from './claimer.js';
import { DatabaseClock } from './database-clock.js';
import { HeartbeatLoop } from './heartbeat.js';
import { HeldClaims } from './held-claims.js';

const SILENT = { error: () => {}, warn: () => {}, log: () => {}, debug: () => {} };

it('gives back a claim that reached the database after it had been given up as lost', async () => {
  const clock = new FakeClock();
  const database = new MemoryDatabase(clock);
  const node = {
    id: 'north',
    name: 'north',
    version: '1',
    roles: [],
    tasks: { work: null },
    jobs: {},
  };
  const { queue, roster } = memoryEngineStore(database, node);
  const jobs = new MemoryJobStore(database);
  const trigger = { type: 'interval', hours: 1 } as const;
  await jobs.add(newJobSchema.parse({ id: 'report', task: 'work', trigger }), 'api');
  await roster.register();

  const held = new HeldClaims();
  const started: string[] = [];
  const options = { tasks: ['work'], pollMs: 1_000, deadAfterMs: 10_000 };
  const claimer = new Claimer(queue, held, options, clock, SILENT, (runs) => {
    started.push(...runs.map(({ runId }) => runId));
  });
  const ignore = () => undefined;
  const listener = { lost: ignore, cancelled: ignore, reached: ignore, answered: ignore };
  const time = new DatabaseClock(clock);
  const heartbeat = new HeartbeatLoop(roster, held, 500, clock, time, SILENT, listener);
  heartbeat.start();
  claimer.setFree(1);
  claimer.start();
  await clock.advance(0);

  // Nothing waits for the answer of this one.
  const { id } = await jobs.runNow('report', {});
  await queue.claim(['work'], 1);
  expect(database.runs.get(id)?.state).toBe('running');

  await clock.advance(3_000);
  expect(started).toEqual([id]);
  expect(database.runs.get(id)).toMatchObject({ state: 'running', attempt: 1 });
  await Promise.all([claimer.stop(), heartbeat.stop()]);
});
