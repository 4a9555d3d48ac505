/** Seconds: of what takes a moment, of how late something is, of runs. */
const STATEMENT = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const LAG = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const RUN = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600];

/** Who has a metric: each node of its own, or the leader alone of the whole cluster. */
type Teller = 'node' | 'leader';

export interface MetricInfo {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly of: Teller;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const counter = (help: string, ...labels: string[]) =>
  ({ type: 'counter', help, of: 'node', labels }) as const;
const gauge = (of: Teller, help: string, ...labels: string[]) =>
  ({ type: 'gauge', help, of, labels }) as const;
const histogram = (buckets: readonly number[], help: string, ...labels: string[]) =>
  ({ type: 'histogram', help, of: 'node', labels, buckets }) as const;

/** Every metric, by its name without the prefix. `src/docs/metrics.md` says what each is for. */
export const METRICS = {
  runs_total: counter('Runs that ended on this node.', 'job_id', 'outcome', 'cause'),
  attempts_total: counter(
    'Attempts that ended on this node, retried ones too.',
    'job_id',
    'outcome',
  ),
  runs_lost_total: counter('Runs that were no longer this node’s when they ended.', 'job_id'),
  runs_settled_total: counter(
    'Runs of lost nodes that this node settled as leader.',
    'job_id',
    'outcome',
  ),
  fire_lag_seconds: histogram(LAG, 'From when a run might start to its start.', 'job_id'),
  run_duration_seconds: histogram(RUN, 'How long attempts took.', 'job_id', 'outcome'),
  runs_running: gauge('node', 'Runs that go on here.', 'job_id'),
  run_running_oldest_seconds: gauge('node', 'For how long the oldest of them goes on.', 'job_id'),
  run_slots: gauge('node', 'Slots of this node that are used, and all of them.', 'state'),
  misfires_total: counter('Missed fire times that this node dealt with.', 'job_id', 'action'),
  skips_total: counter('Fire times that did not run for another reason.', 'job_id', 'reason'),
  leader: gauge('node', 'Whether this node leads: 1 or 0.'),
  leader_transitions_total: counter('How often it got and gave up the lead.', 'direction'),
  lease_renewals_total: counter('Renewals of the lease, by how they ended.', 'result'),
  lease_remaining_seconds: gauge('node', 'The least that was left of the lease at a renewal.'),
  fencing_rejections_total: counter('Writes of a leader that its fencing token did not allow.'),
  ready: gauge('node', 'Whether this node can do its work: 1 or 0.'),
  heartbeat_age_seconds: gauge('node', 'Since when no sign of life got through.'),
  clock_skew_seconds: gauge('node', 'By how much the database’s clock is ahead of this node’s.'),
  loop_turns_total: counter('Turns of a loop that did its work.', 'loop'),
  loop_failures_total: counter('Turns of a loop that failed.', 'loop'),
  tick_duration_seconds: histogram(STATEMENT, 'Turns of the planner, the main loop.'),
  fire_duration_seconds: histogram(STATEMENT, 'Statements that fire a batch of jobs.'),
  claim_duration_seconds: histogram(STATEMENT, 'Statements that claim runs.'),
  last_tick_timestamp_seconds: gauge('node', 'When the planner last did a turn of its work.'),
  pool_connections: gauge('node', 'Connections of the engine.', 'state'),
  build_info: gauge('node', 'Always 1.', 'version', 'node_name'),
  oldest_due_seconds: gauge('leader', 'By how much the job is late that has been due for longest.'),
  overdue_jobs: gauge('leader', 'Jobs that are due for more than 30 s and were not fired.'),
  waiting_runs: gauge('leader', 'Runs that could start and wait for a slot.'),
  oldest_waiting_run_seconds: gauge('leader', 'For how long the first of them waits.'),
  jobs: gauge('leader', 'Jobs by state.', 'state'),
  nodes: gauge('leader', 'Nodes that are alive, or fell silent in the last day.', 'state'),
  cluster_paused: gauge('leader', 'Whether the whole cluster is paused: 1 or 0.'),
  problems: gauge('leader', 'What is wrong, by kind: how many; 0: nothing.', 'kind'),
  job_next_fire_timestamp_seconds: gauge('leader', 'When the job fires next.', 'job_id'),
  job_last_success_timestamp_seconds: gauge('node', 'When the job last succeeded.', 'job_id'),
  job_last_fire_timestamp_seconds: gauge(
    'leader',
    'The last fire time that is on record.',
    'job_id',
  ),
  job_changed_timestamp_seconds: gauge(
    'leader',
    'When the job was made, changed or resumed last.',
    'job_id',
  ),
  job_expected_interval_seconds: gauge('leader', 'The longest gap of its trigger.', 'job_id'),
  job_paused: gauge('leader', 'Whether the job is paused: 1 or 0.', 'job_id'),
  job_paused_since_timestamp_seconds: gauge('leader', 'Since when the job is paused.', 'job_id'),
} as const satisfies Readonly<Record<string, MetricInfo>>;

export type MetricName = keyof typeof METRICS;
