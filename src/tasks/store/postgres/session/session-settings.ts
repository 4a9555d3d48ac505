/**
 * What our SQL and the driver rely on, in one place. A role, a database or a server may have settings
 * of its own for all of it (`ALTER ROLE … SET datestyle`), so every session of ours says what holds.
 */
export type SessionSettings = Readonly<Record<string, string | number>>;

/** How values are read and written, and what a transaction is. */
const MEANING: SessionSettings = {
  client_encoding: 'UTF8',
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: 1,
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  synchronous_commit: 'on',
  search_path: 'pg_catalog',
  idle_session_timeout: 0,
  // The planner settings below price what they forbid at ten thousand million. A server that has LLVM
  // takes that for the cost of a long statement and compiles each of ours anew, for a second each.
  jit: 'off',
};

/** They free a row that a frozen process would hold, and end what nobody waits for any more. */
const LIMITS: SessionSettings = {
  idle_in_transaction_session_timeout: 1_000,
  lock_timeout: 2_000,
  statement_timeout: 5_000,
};

/** They notice a host that is gone. A pooler's connections to the server are not ours to set. */
const KEEP_ALIVES: SessionSettings = {
  client_connection_check_interval: 500,
  tcp_keepalives_idle: 2,
  tcp_keepalives_interval: 1,
  tcp_keepalives_count: 2,
};

/**
 * They pin the plans of the engine's statements: with fresh or stale statistics the planner may choose
 * to read whole tables, or to collect all that is due before it takes the first of it (a bitmap), and then
 * takes seconds for what takes a millisecond; and where it expects to do better knowing the parameters, it
 * plans anew each time, which takes longer than the statement.
 */
const PLANS: SessionSettings = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_nestloop: 'on',
  enable_indexscan: 'on',
  enable_bitmapscan: 'off',
  enable_sort: 'on',
  plan_cache_mode: 'force_generic_plan',
};

/** Of the engine's statements. A pooler is asked for them within each transaction. */
export const ENGINE_SETTINGS: SessionSettings = { ...MEANING, ...LIMITS, ...PLANS };

/** Of what users ask: their own transactions hold no row for longer than the engine's. */
export const API_SETTINGS: SessionSettings = { ...MEANING, ...LIMITS };

/** A migration takes as long as it needs, but nobody waits behind it for long. */
export const MIGRATION_SETTINGS: SessionSettings = {
  ...MEANING,
  idle_in_transaction_session_timeout: 0,
  lock_timeout: 5_000,
  statement_timeout: 0,
};

/** What in a URL would take the place of a setting of ours. */
const OURS = [
  'options',
  'application_name',
  'fallback_application_name',
  'client_encoding',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'query_timeout',
];

export interface SessionStart {
  readonly connectionString: string;
  /** Command-line options for the start of the session; absent where a pooler would refuse them. */
  readonly options?: string;
}

/**
 * How a session of ours begins. Options that the URL names are kept, and ours come after them: of two
 * that name one setting, the later one counts.
 */
export function sessionStart(
  url: string,
  keepsSession: boolean,
  settings: SessionSettings,
): SessionStart {
  const { connectionString, options } = withoutOurs(url);
  if (!keepsSession) return options ? { connectionString, options } : { connectionString };
  const own = Object.entries({ ...settings, ...KEEP_ALIVES }).map(
    ([name, value]) => `-c ${name}=${String(value).replaceAll(/[\\ ]/g, '\\$&')}`,
  );
  return { connectionString, options: [options, ...own].filter(Boolean).join(' ') };
}

/** Begins a transaction that has the settings by itself: what a session cannot keep. */
export function beginWith(settings: SessionSettings): string {
  return ['BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE', setLocal(settings)]
    .filter(Boolean)
    .join('; ');
}

/** For the start of a transaction that somebody else has begun. */
export function setLocal(settings: SessionSettings): string {
  return Object.entries(settings)
    .filter(([name]) => name !== 'client_encoding')
    .map(([name, value]) => `SET LOCAL ${name} TO '${value}'`)
    .join('; ');
}

/** The URL without what our settings would be overridden by, and the options that it names. */
function withoutOurs(url: string): { connectionString: string; options: string } {
  const at = url.indexOf('?');
  const parameters = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  const options = parameters.get('options') ?? '';
  for (const name of OURS) parameters.delete(name);
  const base = at < 0 ? url : url.slice(0, at);
  const rest = parameters.toString();
  return { connectionString: rest ? `${base}?${rest}` : base, options: options.trim() };
}
