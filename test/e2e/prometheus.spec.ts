/** A real Prometheus scrapes three nodes while the leader is frozen and a job fails. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Application } from '../support/application.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { hasPrometheus, Prometheus } from '../support/prometheus.js';
import { PROMTOOL_MISSING } from '../support/promtool.js';
import { until } from '../support/until.js';

const RULES = join(import.meta.dirname, '../../src/operations/alerts.yml');
const SAMPLES = ['clean-old-files', 'daily-report', 'import-orders'];

/** A run may be on the leader in the very moment in which it is frozen: then it is abandoned. */
const BY_CHANCE = 'CarillonRunsAbandoned';

let database: TestDatabase;
let nodes: Application[];
let prometheus: Prometheus | null;

beforeEach(async () => {
  database = await createEmptyDatabase();
  nodes = [];
  prometheus = null;
});

afterEach(async () => {
  await prometheus?.stop();
  await Promise.all(nodes.map((node) => node.end('SIGKILL')));
  await database.drop();
});

if (!hasPrometheus) console.warn(PROMTOOL_MISSING);

describe.skipIf(!hasPrometheus)('while the leader is frozen and a job fails', () => {
  it('the alerts of both fire and no others, and they end with what they tell of', async () => {
    const env = {
      DATABASE_URL: database.url,
      TASKS_LEASE_MS: '2000',
      TASKS_HEARTBEAT_MS: '500',
      TASKS_DEAD_AFTER_MS: '5000',
    };
    nodes = await Promise.all(['n1', 'n2', 'n3'].map((name) => Application.start(name, env)));
    const leader = await until('a leader', () =>
      nodes.find((node) => node.log.includes('This node became leader')),
    );
    await Promise.all(nodes.map((node) => node.saying('Node started')));
    const other = nodes.find((node) => node !== leader)!;
    // What the samples do is not what this is about.
    for (const id of SAMPLES) await other.post(`/scheduler/jobs/${id}/pause`, {});
    const watching = (prometheus = await Prometheus.start(
      nodes.map((node) => node.address),
      RULES,
    ));
    const up = () => watching.ask('count(up == 1)');
    await until('three nodes that are scraped', async () => (await up()) === 3);
    const leaders = () => watching.ask('sum(scheduler_leader)');
    await until('one that leads', async () => (await leaders()) === 1);

    const seen = new Set<string>();
    const firing = async () => {
      const names = await watching.firing();
      for (const name of names) seen.add(name);
      return names.filter((name) => name !== BY_CHANCE).join(' ');
    };
    // Until it had scraped them there was nobody.
    await until('no alert at first', async () => (await firing()) === '');
    seen.clear();

    // What the task writes to is gone, so each run of it fails.
    await database.query('ALTER TABLE daily_reports RENAME TO lost_reports');
    const trigger = { type: 'interval', seconds: 1 };
    const job = { id: 'reports', task: 'rebuild-report', trigger };
    expect((await other.post('/scheduler/jobs', job)).status).toBe(201);
    leader.signal('SIGSTOP');
    await until(
      'both alerts',
      async () => (await firing()) === 'CarillonJobFailing CarillonNodeDown',
    );
    expect(await leaders()).toBe(1);

    await database.query('ALTER TABLE lost_reports RENAME TO daily_reports');
    leader.signal('SIGCONT');
    await until('no alert', async () => (await firing()) === '');
    await until('three nodes again', async () => (await up()) === 3);
    await until('one leader among them', async () => (await leaders()) === 1);
    seen.delete(BY_CHANCE);
    expect([...seen].toSorted()).toEqual(['CarillonJobFailing', 'CarillonNodeDown']);
  });
});
