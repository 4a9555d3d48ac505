import { setTimeout as sleep } from 'node:timers/promises';
import { DEAD_AFTER_MS, LEASE_MS } from './cluster.js';
import type { Fault } from './fault.js';

/** What the application around the library does, and what happens in the midst of what it does. */
export const HOST_FAULTS: readonly Fault[] = [
  {
    kind: 'host holds a run that it cancels',
    group: 'host',
    weight: 2,
    touches: 'one job',
    async inflict({ observer }, { node }, random) {
      const state = random.pick(['running', 'running', 'pending']);
      const [run] = await observer.query<{ id: string; job_id: string }>(
        `SELECT id::text, job_id FROM carillon.runs
         WHERE state = $1 AND ($1 = 'pending' OR job_id = ANY($2)) AND job_id NOT LIKE 'canary-%'
         ORDER BY runs.id DESC LIMIT 1`,
        [state, LONG_JOBS],
      );
      if (run === undefined) return `there is no ${state} one`;
      const ms = random.whole(5_500, 9_000);
      const ask = { do: 'hold-cancelled', runId: run.id, ms } as const;
      const failed = await node.ask(ask).then(
        () => '',
        (error: unknown) => `, and failed: ${String(error)}`,
      );
      return `run ${run.id} of ${run.job_id}, ${state}, for ${ms} ms${failed}`;
    },
  },
  {
    kind: 'logger throws',
    group: 'host',
    weight: 1,
    touches: 'one job',
    async inflict(_, { node }, random) {
      const ms = random.whole(2_000, 8_000);
      await node.ask({ do: 'break-logger', ms }).catch(() => undefined);
      await sleep(ms);
      return `for ${ms} ms`;
    },
  },
  {
    kind: 'ends that cannot be stored',
    group: 'host',
    weight: 2,
    touches: 'one job',
    async inflict({ observer }, _, random) {
      const count = random.whole(20, 60);
      await observer.query(UNSTORABLE, [count]);
      await observer.query(`SELECT pg_notify('carillon_wake', 'runs')`);
      await sleep(3_000);
      return `of ${count} runs`;
    },
  },
  {
    kind: 'frozen in the midst of a change',
    group: 'process',
    weight: 2,
    async inflict(_, { node }, random) {
      const jobId = random.pick(['every-500ms', 'in-pairs', 'overlapping']);
      const patch = { name: `named ${random.whole(1, 1_000)}` };
      const changed = node.ask({ do: 'edit', jobId, patch }).catch(() => undefined);
      const after = random.whole(0, 25);
      await sleep(after);
      const ms = random.whole(LEASE_MS, DEAD_AFTER_MS * 2);
      node.signal('SIGSTOP');
      await sleep(ms);
      node.signal('SIGCONT');
      await changed;
      return `of ${jobId}, ${after} ms after it was asked for, for ${ms} ms`;
    },
  },
  {
    kind: 'black hole in a transaction',
    group: 'network',
    weight: 2,
    async inflict(_, { node, relay }, random) {
      const armings = [{ place: 'handler:half-way', action: 'delay', ms: 2_000 }] as const;
      await node.ask({ do: 'arm', armings, seed: 1 }).catch(() => undefined);
      await sleep(1_000);
      relay.set('up', { kind: 'swallow' });
      relay.set('down', { kind: 'swallow' });
      const ms = random.whole(LEASE_MS, DEAD_AFTER_MS * 3);
      await sleep(ms);
      relay.heal();
      await node.ask({ do: 'arm', armings: [], seed: 1 }).catch(() => undefined);
      return `of transfers half way, for ${ms} ms`;
    },
  },
];

/** Whose runs go on until one has asked for their end. */
const LONG_JOBS = ['overlapping', 'in-pairs', 'longer-than-its-interval'];

/** Of a job that is gone: they run all the same. */
const UNSTORABLE = `
  INSERT INTO carillon.runs (job_id, task, payload, fire_at, run_at, cause, state, queued, created_at)
  SELECT 'flood-of-unstorables', 'unstorable', jsonb_build_object('n', n), at, at, 'manual', 'pending',
         true, at
  FROM (SELECT date_trunc('milliseconds', now()) AS at) AS due, generate_series(1, $1::int) AS n`;
