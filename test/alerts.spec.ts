/** The alerts, evaluated by Prometheus itself where it is installed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  evaluate,
  expressionsAre,
  hasPromtool,
  PROMTOOL_MISSING,
  type Series,
} from './support/promtool.js';

const RULES = join(import.meta.dirname, '../src/operations/alerts.yml');
const { groups } = parse(readFileSync(RULES, 'utf8')) as {
  groups: { rules: { alert: string }[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));

const of = (instance: string, labels = '') =>
  `{job="shop", instance="${instance}"${labels && `, ${labels}`}}`;
const daily = of('a', 'job_id="daily"');
const problem = (kind: string) => `scheduler_problems${of('a', `kind="${kind}"`)}`;
/** Of something that happens again and again, so many times a minute. */
const often = (n: number) => `0+${n}x60`;
const always = (value: number) => `${value}x60`;

/** An hour of a cluster of two nodes that is well, with a job that runs every ten minutes. */
const WELL: Series = {
  [`up${of('a')}`]: always(1),
  [`up${of('b')}`]: always(1),
  [`scheduler_build_info${of('a')}`]: always(1),
  [`scheduler_build_info${of('b')}`]: always(1),
  [`scheduler_leader${of('a')}`]: always(1),
  [`scheduler_leader${of('b')}`]: always(0),
  [`scheduler_leader_transitions_total${of('a', 'direction="acquired"')}`]: always(1),
  [`scheduler_lease_renewals_total${of('a', 'result="ok"')}`]: often(40),
  [`scheduler_lease_renewals_total${of('a', 'result="error"')}`]: always(0),
  [`scheduler_last_tick_timestamp_seconds${of('a')}`]: often(60),
  // It led until an hour ago.
  [`scheduler_last_tick_timestamp_seconds${of('b')}`]: always(0),
  [`scheduler_ready${of('a')}`]: always(1),
  [`scheduler_ready${of('b')}`]: always(1),
  [`scheduler_heartbeat_age_seconds${of('a')}`]: always(1),
  [`scheduler_clock_skew_seconds${of('a')}`]: always(0.1),
  [`scheduler_loop_failures_total${of('a', 'loop="planner"')}`]: always(0),
  [`scheduler_pool_connections${of('a', 'state="waiting"')}`]: always(0),
  [`scheduler_oldest_due_seconds${of('a')}`]: always(0),
  [`scheduler_oldest_waiting_run_seconds${of('a')}`]: always(0),
  [`scheduler_cluster_paused${of('a')}`]: always(0),
  [`scheduler_fire_lag_seconds_bucket${of('a', 'le="1"')}`]: often(10),
  [`scheduler_fire_lag_seconds_bucket${of('a', 'le="30"')}`]: often(10),
  [`scheduler_fire_lag_seconds_bucket${of('a', 'le="+Inf"')}`]: often(10),
  ...Object.fromEntries(
    [
      'no-worker',
      'unsettled-runs',
      'unreadable',
      'long-transaction',
      'held-vacuum',
      'blocked-node',
    ].map((kind) => [problem(kind), always(0)]),
  ),
  [`scheduler_runs_total${of('b', 'job_id="daily", outcome="succeeded"')}`]: '0+0.1x60',
  [`scheduler_runs_total${of('b', 'job_id="daily", outcome="failed"')}`]: always(0),
  [`scheduler_runs_settled_total${of('a', 'job_id="daily", outcome="abandoned"')}`]: always(0),
  [`scheduler_misfires_total${of('a', 'job_id="daily", action="skipped"')}`]: always(0),
  [`scheduler_job_changed_timestamp_seconds${daily}`]: always(0),
  [`scheduler_job_last_success_timestamp_seconds${daily}`]: always(0),
  [`scheduler_job_last_success_timestamp_seconds${of('b', 'job_id="daily"')}`]: often(60),
  [`scheduler_job_expected_interval_seconds${daily}`]: always(600),
  [`scheduler_job_paused${daily}`]: always(0),
};

/** What is otherwise than in a cluster that is well, and the alerts that this makes. */
const scenario = (series: Series, ...fires: string[]) => ({
  series: { ...WELL, ...series },
  fires,
});
const gone = Object.fromEntries(Object.keys(WELL).map((name) => [name, '1 _x59']));
const stale = {
  [`scheduler_job_last_success_timestamp_seconds${of('b', 'job_id="daily"')}`]: always(0),
};

const SCENARIOS = {
  'all is well': scenario({}),
  'nobody leads': scenario({ [`scheduler_leader${of('a')}`]: always(0) }, 'CarillonNoLeader'),
  'there is no node at all': { series: gone, fires: ['CarillonNoLeader'] },
  'two lead': scenario(
    {
      [`scheduler_leader${of('b')}`]: always(1),
      [`scheduler_last_tick_timestamp_seconds${of('b')}`]: often(60),
    },
    'CarillonTwoLeaders',
  ),
  'the lead changes hands': scenario(
    { [`scheduler_leader_transitions_total${of('a', 'direction="acquired"')}`]: often(1) },
    'CarillonLeaderFlapping',
  ),
  'renewals fail': scenario(
    { [`scheduler_lease_renewals_total${of('a', 'result="error"')}`]: often(2) },
    'CarillonLeaseRenewalsFail',
  ),
  'a job is due': scenario(
    { [`scheduler_oldest_due_seconds${of('a')}`]: always(90) },
    'CarillonOverdue',
  ),
  'the planner hangs': scenario(
    { [`scheduler_last_tick_timestamp_seconds${of('a')}`]: always(0) },
    'CarillonPlannerStalled',
  ),
  'runs wait': scenario(
    { [`scheduler_oldest_waiting_run_seconds${of('a')}`]: always(90) },
    'CarillonBacklog',
  ),
  'runs start late': scenario(
    { [`scheduler_fire_lag_seconds_bucket${of('a', 'le="1"')}`]: always(0) },
    'CarillonFireLagHigh',
  ),
  'the cluster is paused, so no job is stale': scenario(
    { ...stale, [`scheduler_cluster_paused${of('a')}`]: always(1) },
    'CarillonClusterPaused',
  ),
  'no worker knows a task': scenario({ [problem('no-worker')]: always(2) }, 'CarillonNoWorker'),
  'runs are not settled': scenario(
    { [problem('unsettled-runs')]: always(1) },
    'CarillonUnsettledRuns',
  ),
  'jobs cannot be read': scenario({ [problem('unreadable')]: always(1) }, 'CarillonUnreadableJobs'),
  'rows are held': scenario({ [problem('long-transaction')]: always(1) }, 'CarillonRowsHeld'),
  'vacuum is held': scenario({ [problem('held-vacuum')]: always(1) }, 'CarillonVacuumHeld'),
  'a node is blocked': scenario({ [problem('blocked-node')]: always(1) }, 'CarillonNodeBlocked'),
  'a follower is frozen': scenario(
    {
      [`up${of('b')}`]: '1x50 0x10',
      [`scheduler_build_info${of('b')}`]: '1x50 stale',
      [`scheduler_leader${of('b')}`]: '0x50 stale',
      [`scheduler_ready${of('b')}`]: '1x50 stale',
    },
    'CarillonNodeDown',
  ),
  'a node is not ready': scenario(
    { [`scheduler_ready${of('b')}`]: always(0) },
    'CarillonNodeNotReady',
  ),
  'signs of life are late': scenario(
    { [`scheduler_heartbeat_age_seconds${of('a')}`]: always(20) },
    'CarillonHeartbeatLate',
  ),
  'a loop fails': scenario(
    { [`scheduler_loop_failures_total${of('a', 'loop="planner"')}`]: often(30) },
    'CarillonLoopFails',
  ),
  'connections lack': scenario(
    { [`scheduler_pool_connections${of('a', 'state="waiting"')}`]: always(3) },
    'CarillonPoolExhausted',
  ),
  'a clock is off': scenario(
    { [`scheduler_clock_skew_seconds${of('a')}`]: always(-4) },
    'CarillonClockSkew',
  ),
  'a job fails, and never succeeds': scenario(
    {
      [`scheduler_runs_total${of('b', 'job_id="daily", outcome="failed"')}`]: '0+0.1x60',
      [`scheduler_runs_total${of('b', 'job_id="daily", outcome="succeeded"')}`]: always(7),
    },
    'CarillonJobFailing',
  ),
  'a job fails now and then': scenario({
    [`scheduler_runs_total${of('b', 'job_id="daily", outcome="failed"')}`]: '0+0.1x60',
  }),
  'a job has not succeeded': scenario(stale, 'CarillonJobStale'),
  'it is paused, so it is not stale': scenario({
    ...stale,
    [`scheduler_job_paused${daily}`]: always(1),
    [`scheduler_job_paused_since_timestamp_seconds${daily}`]: always(0),
  }),
  'it was resumed a while ago, so it is not stale': scenario({
    ...stale,
    [`scheduler_job_changed_timestamp_seconds${daily}`]: always(3_000),
  }),
  'it is still running, so it is not stale': scenario({
    ...stale,
    [`scheduler_runs_running${daily}`]: always(1),
  }),
  'fire times were missed': scenario(
    { [`scheduler_misfires_total${of('a', 'job_id="daily", action="skipped"')}`]: '0x50 5x10' },
    'CarillonJobMisfired',
  ),
  'runs were abandoned': scenario(
    {
      [`scheduler_runs_settled_total${of('a', 'job_id="daily", outcome="abandoned"')}`]:
        '0x50 1x10',
    },
    'CarillonRunsAbandoned',
  ),
  'a run goes on': scenario(
    { [`scheduler_run_running_oldest_seconds${daily}`]: always(4_000) },
    'CarillonRunStuck',
  ),
  'a job is paused for long': scenario(
    { [`scheduler_job_paused_since_timestamp_seconds${daily}`]: always(-700_000) },
    'CarillonJobPausedTooLong',
  ),
};

if (!hasPromtool) console.warn(PROMTOOL_MISSING);

describe('the dashboard', () => {
  it.skipIf(!hasPromtool)(
    'asks in expressions that Prometheus understands',
    { timeout: 30_000 },
    () => {
      const text = readFileSync(join(RULES, '../dashboard.json'), 'utf8');
      const { panels } = JSON.parse(text) as { panels: { targets?: { expr: string }[] }[] };
      const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
      const plain = asked.map((expr) => expr.replaceAll('$__rate_interval', '5m'));
      expect(plain.length).toBeGreaterThan(20);
      expect(expressionsAre(plain)).toBeNull();
    },
  );
});

describe('the alerts', () => {
  it('have a scenario each', () => {
    const fired = Object.values(SCENARIOS).flatMap(({ fires }) => fires);
    expect([...new Set(fired)].toSorted()).toEqual(alerts.toSorted());
  });

  it.skipIf(!hasPromtool)('fire in their scenario, and no other does', { timeout: 60_000 }, () => {
    expect(evaluate(RULES, SCENARIOS, alerts)).toEqual({});
  });
});
