import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';

/** What happens to the database and its sessions. */
export const DATABASE_FAULTS: readonly Fault[] = [
  {
    kind: 'database crashes',
    group: 'database',
    weight: 1,
    async inflict({ server }, _, random) {
      await server.crash();
      const ms = random.whole(0, 2_000);
      await sleep(ms);
      await server.restart();
      return `immediate stop, started again after ${ms} ms`;
    },
  },
  {
    kind: 'session is ended',
    group: 'database',
    weight: 4,
    touches: 'leader',
    async inflict({ observer }, _, random) {
      const purpose = random.pick(['lock', 'lock', 'listen', 'engine', 'engine', 'api']);
      const [row] = await observer.query<{ ended: number }>(
        `SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity
         WHERE application_name LIKE $1`,
        [`carillon:${purpose}%`],
      );
      return `${row?.ended ?? 0} of purpose "${purpose}"`;
    },
  },
  {
    kind: 'rows are held',
    group: 'database',
    weight: 2,
    async inflict({ observer }, _, random) {
      const rows = random.pick([
        `carillon.job_plans WHERE job_id < 'f'`,
        `carillon.job_plans`,
        `carillon.leader_lock`,
        `carillon.runs WHERE state IN ('pending', 'running')`,
      ]);
      const seconds = random.between(0.2, 3);
      await observer.query(
        `WITH held AS MATERIALIZED (SELECT 1 AS one FROM ${rows} FOR UPDATE)
         SELECT pg_sleep(${seconds}) FROM (SELECT count(*) FROM held) AS all_of_them`,
      );
      return `${rows} for ${Math.round(seconds * 1_000)} ms`;
    },
  },
  {
    kind: 'statements are slow',
    group: 'database',
    weight: 2,
    async inflict({ observer }, _, random) {
      const table = random.pick(['runs', 'job_plans']);
      const chance = random.between(0.02, 0.3);
      const ms = random.whole(100, 1_500);
      await observer.query('UPDATE chaos.drag SET of_table = $1, chance = $2, ms = $3', [
        table,
        chance,
        ms,
      ]);
      await sleep(random.whole(1_000, 5_000));
      await observer.query('UPDATE chaos.drag SET chance = 0');
      return `one in ${Math.round(1 / chance)} that write ${table}, by up to ${ms} ms`;
    },
  },
];
