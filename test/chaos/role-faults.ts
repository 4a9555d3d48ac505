import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_MS } from './cluster.js';
import type { Fault } from './fault.js';
import { endSessions, NODE_ROLE } from './node-role.js';

/** What an administrator may have set for the role, and what a session of ours must not depend on. */
const SETTINGS = [
  `datestyle = 'German'`,
  `intervalstyle = 'sql_standard'`,
  `timezone = 'Asia/Kathmandu'`,
  `default_transaction_isolation = 'serializable'`,
  'default_transaction_read_only = on',
  `statement_timeout = '30ms'`,
  `lock_timeout = '1ms'`,
  `idle_in_transaction_session_timeout = '20ms'`,
  `search_path = 'nowhere'`,
  `bytea_output = 'escape'`,
  'standard_conforming_strings = off',
  'enable_indexscan = off',
  `jit_above_cost = 0`,
];

const RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const TABLES = ['runs', 'job_plans', 'jobs', 'nodes', 'leader_lock', 'leader_history'];

/** All sessions have begun anew so soon after they were ended, and somebody leads again. */
const ANEW_MS = LEASE_MS + 1_000;

/** What administrators do to the role that the nodes are. */
export const ROLE_FAULTS: readonly Fault[] = [
  {
    kind: 'role has settings of its own',
    group: 'database',
    weight: 2,
    touches: 'server',
    boundMs: 2 * ANEW_MS,
    async inflict({ observer }, _, random) {
      const setting = random.pick(SETTINGS);
      const ms = random.whole(2_000, 6_000);
      await observer.query(`ALTER ROLE ${NODE_ROLE} SET ${setting}`);
      const ended = await endSessions(observer);
      await sleep(ms);
      await observer.query(`ALTER ROLE ${NODE_ROLE} RESET ALL`);
      await endSessions(observer);
      return `${setting}, for ${ended} new sessions and ${ms} ms`;
    },
  },
  {
    kind: 'rights are revoked',
    group: 'database',
    weight: 2,
    touches: 'server',
    async inflict({ observer }, _, random) {
      const right = random.pick(RIGHTS);
      const table = random.pick(TABLES);
      const ms = random.whole(500, 2.5 * LEASE_MS);
      await observer.query(`REVOKE ${right} ON carillon.${table} FROM ${NODE_ROLE}`);
      await sleep(ms);
      await observer.query(`GRANT ${right} ON carillon.${table} TO ${NODE_ROLE}`);
      return `${right} on ${table}, for ${ms} ms`;
    },
  },
  {
    kind: 'schema is closed',
    group: 'database',
    weight: 1,
    touches: 'server',
    async inflict({ observer }, _, random) {
      const ms = random.whole(500, 2.5 * LEASE_MS);
      await observer.query(`REVOKE USAGE ON SCHEMA carillon FROM ${NODE_ROLE}`);
      await sleep(ms);
      await observer.query(`GRANT USAGE ON SCHEMA carillon TO ${NODE_ROLE}`);
      return `for ${ms} ms`;
    },
  },
  {
    kind: 'no more connections',
    group: 'database',
    weight: 2,
    touches: 'server',
    async inflict({ observer }, _, random) {
      const most = random.whole(0, 6);
      const ms = random.whole(1_000, 3 * LEASE_MS);
      await observer.query(`ALTER ROLE ${NODE_ROLE} CONNECTION LIMIT ${most}`);
      const ended = await endSessions(observer, random.between(0.3, 1));
      await sleep(ms);
      await observer.query(`ALTER ROLE ${NODE_ROLE} CONNECTION LIMIT -1`);
      return `at most ${most}, after ${ended} were ended, for ${ms} ms`;
    },
  },
];
