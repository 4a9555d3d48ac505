import { Column, Entity, PrimaryColumn } from 'typeorm';
import type {
  Coalesce,
  JobOrigin,
  JobState,
  OnCrash,
  Overlap,
  Retry,
} from '../../../domain/job.js';

/** A row of `jobs`. */
@Entity('jobs')
export class JobEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  task!: string;

  @Column('jsonb', { nullable: true })
  payload!: unknown;

  @Column('jsonb')
  trigger!: unknown;

  @Column('text', { array: true })
  tags!: string[];

  /** bigint: a string, as the driver gives it. */
  @Column('bigint', { name: 'misfire_grace_ms', nullable: true })
  misfireGraceMs!: string | null;

  @Column('text')
  coalesce!: Coalesce;

  @Column('text')
  overlap!: Overlap;

  @Column('integer', { name: 'max_instances' })
  maxInstances!: number;

  @Column('integer')
  priority!: number;

  @Column('integer', { name: 'buffer_limit' })
  bufferLimit!: number;

  @Column('integer', { name: 'jitter_ms' })
  jitterMs!: number;

  @Column('integer', { name: 'max_runs', nullable: true })
  maxRuns!: number | null;

  @Column('integer', { name: 'timeout_ms', nullable: true })
  timeoutMs!: number | null;

  @Column('jsonb')
  retry!: Retry;

  @Column('text', { name: 'on_crash' })
  onCrash!: OnCrash;

  @Column('boolean')
  transactional!: boolean;

  @Column('boolean', { name: 'delete_when_done' })
  deleteWhenDone!: boolean;

  @Column('text')
  origin!: JobOrigin;

  @Column('text')
  state!: JobState;

  @Column('boolean')
  paused!: boolean;

  @Column('text', { name: 'pause_reason', nullable: true })
  pauseReason!: string | null;

  @Column('timestamp with time zone', { name: 'paused_at', precision: 3, nullable: true })
  pausedAt!: Date | null;

  /** When a pause ends by itself. */
  @Column('timestamp with time zone', { name: 'resume_at', precision: 3, nullable: true })
  resumeAt!: Date | null;

  @Column('text', { name: 'declared_hash', nullable: true })
  declaredHash!: string | null;

  /** What the declaration says. */
  @Column('jsonb', { nullable: true })
  declared!: unknown;

  /** What somebody changed of it since. */
  @Column('jsonb')
  overrides!: Record<string, unknown>;

  @Column('text', { name: 'former_hashes', array: true })
  formerHashes!: string[];

  /** Since when no live worker has known its task, or declared it. */
  @Column('timestamp with time zone', { name: 'unknown_since', precision: 3, nullable: true })
  unknownSince!: Date | null;

  @Column('timestamp with time zone', { name: 'orphaned_at', precision: 3, nullable: true })
  orphanedAt!: Date | null;

  /** Of a job that fires after each cold start: the start for which it was armed last. */
  @Column('bigint', { nullable: true })
  generation!: string | null;

  @Column('integer')
  revision!: number;

  @Column('timestamp with time zone', { name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('timestamp with time zone', { name: 'updated_at', precision: 3 })
  updatedAt!: Date;
}
