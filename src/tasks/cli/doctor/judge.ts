import type { Problem } from '../answers.js';
import type { ServerFindings } from '../../store/postgres/session/examine-server.js';

/** What a doctor says of one thing. */
export interface Finding {
  readonly about: string;
  readonly verdict: 'ok' | 'warning' | 'error';
  readonly found: string;
  /** What to do; null: nothing. */
  readonly remedy: string | null;
}

const ok = (about: string, found: string): Finding => ({
  about,
  verdict: 'ok',
  found,
  remedy: null,
});
const warning = (about: string, found: string, remedy: string): Finding => ({
  about,
  verdict: 'warning',
  found,
  remedy,
});
const error = (about: string, found: string, remedy: string): Finding => ({
  about,
  verdict: 'error',
  found,
  remedy,
});

/** The first minor version that is supported of each major one; newer ones have all. */
const NODE: Readonly<Record<number, number>> = { 20: 19, 22: 13, 24: 11 };

export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const least = NODE[major];
  const fits = least === undefined ? major > 24 : minor >= least;
  if (fits) return ok('Node', version);
  return error('Node', version, 'Carillon needs Node 20.19, 22.13 or 24.11 and newer.');
}

export interface NodeState {
  readonly running: boolean;
  readonly mode: 'session' | 'pooler' | null;
}

const DIRECT =
  'Give the nodes a connection past the pooler: TASKS_DIRECT_DATABASE_URL. Without one they poll, and a dead ' +
  'leader is noticed when its lease ends.';

export function judgeCluster(
  { running, mode }: NodeState,
  problems: readonly Problem[],
): Finding[] {
  return [
    running
      ? ok('node', 'it is at work')
      : error(
          'node',
          'it does not work',
          'Its /health/ready says why; POST /start starts it again.',
        ),
    mode === 'pooler'
      ? warning('node connection', 'through a transaction pooler', DIRECT)
      : ok('node connection', mode === null ? 'not known yet' : 'keeps its session'),
    ...problems.map(({ kind, severity, message, remedy }) => ({
      about: kind,
      verdict: severity,
      found: message,
      remedy,
    })),
  ];
}

const OLDEST = 14;
const ENCODINGS = ['UTF8', 'SQL_ASCII'];
const MOST_SKEW_MS = 1_000;

/** @param expected how many migrations this build has */
export function judgeServer(server: ServerFindings, expected: number): Finding[] {
  const { version, standby, readOnly, encoding, keepsSession, hears, jit } = server;
  const major = Math.floor(version / 10_000);
  return [
    major >= OLDEST
      ? ok('PostgreSQL', String(major))
      : error('PostgreSQL', String(major), `Upgrade the server: ${OLDEST} or newer is needed.`),
    writable(standby, readOnly),
    ENCODINGS.includes(encoding)
      ? ok('encoding', encoding)
      : error('encoding', encoding, `Use a database made with TEMPLATE template0 ENCODING 'UTF8'.`),
    keepsSession
      ? ok('connection', 'keeps its session')
      : warning('connection', 'through a transaction pooler', DIRECT),
    hears || !keepsSession
      ? ok('LISTEN', hears ? 'a NOTIFY is heard' : 'not to be relied on behind a pooler')
      : warning(
          'LISTEN',
          'a NOTIFY is not heard',
          'What stands between must pass on notifications.',
        ),
    jit && !keepsSession
      ? warning(
          'JIT',
          'on',
          'ALTER ROLE … SET jit = off: a pooler keeps a node from saying so itself.',
        )
      : ok('JIT', jit ? 'on; the nodes switch it off for themselves' : 'off'),
    clock(server.clock),
    schema(server.schema, expected),
    ...server.bloated.map(({ name, dead }) =>
      warning(
        `table ${name}`,
        `${dead} dead rows, more than live ones`,
        `VACUUM it, and look for what holds autovacuum back: a long transaction, or a threshold too high.`,
      ),
    ),
  ];
}

function writable(standby: boolean, readOnly: boolean): Finding {
  if (standby) {
    return error('writes', 'a read-only standby', 'Point DATABASE_URL at the primary.');
  }
  const found = readOnly ? 'read-only by default; the nodes ask for more' : 'can be written';
  return ok('writes', found);
}

function clock({ aheadMs, withinMs }: ServerFindings['clock']): Finding {
  const found = `the database is ${Math.abs(aheadMs)} ms ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine`;
  if (Math.abs(aheadMs) <= MOST_SKEW_MS + withinMs) return ok('clock', found);
  return warning('clock', found, 'Let NTP set both clocks. Jobs fire by that of the database.');
}

function schema({ name, version, lacks }: ServerFindings['schema'], expected: number): Finding {
  const about = `schema ${name}`;
  if (lacks !== null) return error(about, lacks, 'Run these as the owner of the schema.');
  if (version === null) {
    const remedy = 'Start a node with TASKS_MIGRATIONS=run, or name the schema with --schema.';
    return error(about, 'it has no tables of Carillon', remedy);
  }
  if (version < expected) {
    const remedy = 'Start a node of this version with TASKS_MIGRATIONS=run.';
    return warning(about, `version ${version}, this build has ${expected}`, remedy);
  }
  if (version > expected) {
    return warning(about, `version ${version}, this build has ${expected}`, 'Use a newer build.');
  }
  return ok(about, `version ${version}, and the role may do all that is needed`);
}
