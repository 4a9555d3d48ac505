import { column, nullable } from './columns.js';
import { entityOf } from './entity-of.js';
import { JOB_COLUMNS, PLAN_COLUMNS } from './jobs/job-columns.js';
import { RUN_COLUMNS } from './runs/run-columns.js';

const id = column('bigint', { primary: true, identity: true });
const onlyRow = column('boolean', { primary: true, default: 'true' });
const attemptOfRun = {
  runId: column('bigint', { primary: true }),
  attempt: column('smallint', { primary: true }),
};

const named = (table: string, names: readonly string[]) => names.map((name) => `${table}_${name}`);

/** The tables as they are after all migrations: what our own data source knows. */
export const tasksEntities = [
  entityOf('jobs', JOB_COLUMNS, {
    indexes: named('jobs', [
      'task',
      'unknown',
      'declared',
      'resume',
      'done',
      'finished',
      'of_state',
    ]),
    checks: named('jobs', [
      'misfire_grace_ms_check',
      'coalesce_check',
      'overlap_check',
      'max_instances_check',
      'origin_check',
      'state_check',
      'on_crash_check',
    ]),
  }),
  entityOf(
    'job_plans',
    { jobId: column('text', { primary: true }), ...PLAN_COLUMNS },
    {
      indexes: ['job_plans_due'],
      references: { job_plans_job_id_fkey: { field: 'jobId', to: 'jobs' } },
    },
  ),
  entityOf('runs', RUN_COLUMNS, {
    indexes: named('runs', [
      'fired',
      'backfilled',
      'running',
      'ended',
      'of_job',
      'buffered',
      'overdue',
      'waiting',
      'unfinished',
      'ended_of_state',
      'ended_of_task',
      'ended_of_node',
      'ended_by_fire_time',
      'open',
      'asked_for',
      'gone_wrong',
    ]),
    checks: named('runs', [
      'cause_check',
      'state_check',
      'held_check',
      'check',
      'check1',
      'check2',
    ]),
  }),
  entityOf('run_attempts', {
    ...attemptOfRun,
    nodeId: nullable('uuid'),
    state: column('text'),
    startedAt: nullable('timestamptz'),
    finishedAt: column('timestamptz'),
    error: nullable('jsonb'),
  }),
  entityOf('run_progress', {
    runId: column('bigint', { primary: true }),
    attempt: column('smallint'),
    progress: column('jsonb'),
  }),
  entityOf(
    'run_hours',
    {
      jobId: column('text', { primary: true }),
      hour: column('timestamptz', { primary: true }),
      state: column('text', { primary: true }),
      runs: column('integer'),
      lags: column('jsonb'),
      durations: column('jsonb'),
    },
    { indexes: ['run_hours_hour'] },
  ),
  entityOf('counted_hours', {
    hour: column('timestamptz', { primary: true }),
    upTo: column('timestamptz'),
    upToId: column('bigint'),
  }),
  entityOf('job_outcomes', {
    jobId: column('text', { primary: true }),
    failures: column('integer'),
    failingSince: nullable('timestamptz'),
    lastState: nullable('text'),
    lastMs: nullable('bigint'),
    lastAt: nullable('timestamptz'),
  }),
  entityOf(
    'run_logs',
    {
      id,
      runId: column('bigint'),
      attempt: column('smallint'),
      at: column('timestamptz'),
      level: column('text'),
      message: column('text'),
    },
    { indexes: ['run_logs_of_run'] },
  ),
  entityOf(
    'nodes',
    {
      id: column('uuid', { primary: true }),
      name: column('text'),
      version: column('text'),
      schemaVersion: column('integer'),
      roles: column('text', { array: true }),
      tasks: column('jsonb'),
      jobs: column('jsonb', { default: `'{}'` }),
      startedAt: column('timestamptz'),
      heartbeatAt: column('timestamptz'),
      stoppedAt: nullable('timestamptz'),
      drainRequestedAt: nullable('timestamptz'),
      slots: nullable('integer'),
      clockOffsetMs: nullable('double precision'),
      loopLagMs: nullable('integer'),
      blockedSince: nullable('timestamptz'),
      blockedBy: nullable('text'),
    },
    { indexes: ['nodes_heartbeat'] },
  ),
  entityOf(
    'leader_lock',
    {
      name: column('text', { primary: true }),
      fencingToken: column('bigint', { default: 0 }),
      nodeId: nullable('uuid'),
      acquiredAt: nullable('timestamptz'),
      expiresAt: column('timestamptz', { default: `'-infinity'` }),
      leaseMs: column('integer', { default: 0 }),
      hinted: column('boolean', { default: 'false' }),
      paused: column('boolean', { default: 'false' }),
      pauseReason: nullable('text'),
      pauses: column('integer', { default: 0 }),
      generation: column('bigint', { default: 0 }),
      generationAt: nullable('timestamptz'),
    },
    { uniques: { leader_lock_name_fencing_token_key: ['name', 'fencingToken'] } },
  ),
  entityOf('leader_history', {
    name: column('text', { primary: true }),
    fencingToken: column('bigint', { primary: true }),
    nodeId: column('uuid'),
    acquiredAt: column('timestamptz'),
    how: column('text'),
  }),
  entityOf(
    'cluster_pauses',
    {
      id,
      startedAt: column('timestamptz'),
      endedAt: nullable('timestamptz'),
      reason: nullable('text'),
    },
    { indexes: ['cluster_pauses_ended'] },
  ),
  entityOf(
    'audit',
    {
      id,
      at: column('timestamptz'),
      actor: column('text'),
      action: column('text'),
      jobId: nullable('text'),
      runId: nullable('bigint'),
      reason: nullable('text'),
      details: nullable('jsonb'),
    },
    { indexes: named('audit', ['of_job', 'at', 'of_run', 'of_actor', 'of_action']) },
  ),
  entityOf(
    'idempotency_keys',
    {
      scope: column('text', { primary: true }),
      key: column('text', { primary: true }),
      fingerprint: column('text'),
      answer: nullable('jsonb'),
      createdAt: column('timestamptz'),
    },
    { indexes: ['idempotency_keys_created'] },
  ),
  entityOf('ended_sessions', {
    id: column('text', { primary: true }),
    endsAt: column('timestamptz'),
  }),
  entityOf('alarms', {
    key: column('text', { primary: true }),
    id: column('uuid'),
    alarm: column('jsonb'),
    openedAt: column('timestamptz'),
    seenAt: column('timestamptz'),
  }),
  entityOf(
    'alarm_watch',
    { onlyRow, lookedAt: column('timestamptz') },
    { checks: ['alarm_watch_only_row_check'] },
  ),
  entityOf(
    'notifications',
    {
      id: column('uuid', { primary: true }),
      alarmId: column('uuid'),
      target: column('text'),
      event: column('text'),
      alarm: column('jsonb'),
      openedAt: column('timestamptz'),
      madeAt: column('timestamptz'),
      attempts: column('integer', { default: 0 }),
      nextAt: nullable('timestamptz'),
      sentAt: nullable('timestamptz'),
      error: nullable('text'),
    },
    {
      indexes: named('notifications', ['waiting', 'made', 'once']),
      checks: ['notifications_event_check'],
    },
  ),
  entityOf(
    'schema_info',
    { onlyRow, minimumVersion: column('integer') },
    { checks: ['schema_info_only_row_check'] },
  ),
];
