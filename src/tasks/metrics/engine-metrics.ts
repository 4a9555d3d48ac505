import type { Clock } from '../domain/clock.js';
import type { Figures, OfJob } from '../domain/figures.js';
import type { NodeStatus } from '../node/node-status.js';
import type { Instruments } from './instruments.js';
import type { JobLabels } from './job-labels.js';

/** Reasons that are a misfire, and what was done about it. */
const MISFIRES: Readonly<Record<string, string>> = { misfired: 'skipped', coalesced: 'coalesced' };

/** What the engine of this node has counted, and how this node is. */
export class EngineMetrics {
  constructor(
    private readonly instruments: Instruments,
    private readonly jobs: JobLabels,
    private readonly status: NodeStatus,
    private readonly clock: Clock,
  ) {
    for (const result of ['ok', 'lost', 'error'])
      instruments.count('lease_renewals_total', { result }, 0);
    for (const direction of ['acquired', 'lost'])
      instruments.count('leader_transitions_total', { direction }, 0);
  }

  hear(figures: Figures): void {
    const { instruments } = this;
    const now = this.clock.now().getTime() / 1_000;
    const { turns, failures, took, renewals, refused, leaseLeftMs, clockAheadMs, pool } = figures;
    for (const [loop, n] of Object.entries(turns)) {
      instruments.count('loop_turns_total', { loop }, n);
      instruments.count('loop_failures_total', { loop }, 0);
    }
    for (const [loop, n] of Object.entries(failures))
      instruments.count('loop_failures_total', { loop }, n);
    if (turns['planner']) instruments.set('last_tick_timestamp_seconds', now);
    for (const what of ['tick', 'fire', 'claim'] as const)
      for (const ms of took[what]) instruments.observe(`${what}_duration_seconds`, ms / 1_000);
    for (const [result, n] of Object.entries(renewals))
      instruments.count('lease_renewals_total', { result }, n);
    instruments.count('fencing_rejections_total', {}, refused);
    for (const skipped of figures.skips) this.skip(skipped);
    for (const { jobId, kind: outcome, count } of figures.settled)
      instruments.count('runs_settled_total', { job_id: this.jobs.of(jobId), outcome }, count);
    if (leaseLeftMs !== null) instruments.set('lease_remaining_seconds', leaseLeftMs / 1_000);
    instruments.set('clock_skew_seconds', clockAheadMs / 1_000);
    for (const [state, n] of Object.entries(pool ?? {}))
      instruments.set('pool_connections', n, { state });
  }

  /** How it is now, for whoever asks. */
  tell(): void {
    const { instruments, status } = this;
    const { isLeader, running, notReady, beatAt, version, name } = status;
    instruments.set('leader', isLeader ? 1 : 0);
    if (!isLeader) instruments.clear('lease_remaining_seconds');
    const isReady = running && notReady === null && status.trouble() === null;
    instruments.set('ready', isReady ? 1 : 0);
    const age = beatAt && (this.clock.now().getTime() - beatAt.getTime()) / 1_000;
    if (age !== null) instruments.set('heartbeat_age_seconds', Math.max(0, age));
    instruments.set('build_info', 1, { version, node_name: name });
  }

  private skip({ jobId, kind, count }: OfJob): void {
    const job_id = this.jobs.of(jobId);
    const action = MISFIRES[kind];
    if (action === undefined)
      this.instruments.count('skips_total', { job_id, reason: kind }, count);
    else this.instruments.count('misfires_total', { job_id, action }, count);
  }
}
