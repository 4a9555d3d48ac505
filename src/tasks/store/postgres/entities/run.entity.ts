import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Progress, RunCause, RunError, RunState } from '../../../domain/run.js';

/** A row of `runs`. */
@Entity('runs')
export class RunEntity {
  @PrimaryColumn('bigint')
  id!: string;

  @PrimaryColumn('timestamp with time zone', { name: 'fire_at', precision: 3 })
  fireAt!: Date;

  @Column('text', { name: 'job_id' })
  jobId!: string;

  @Column('text')
  task!: string;

  @Column('jsonb', { nullable: true })
  payload!: unknown;

  @Column('timestamp with time zone', { name: 'run_at', precision: 3 })
  runAt!: Date;

  @Column('text')
  cause!: RunCause;

  @Column('text')
  state!: RunState;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('timestamp with time zone', { name: 'covers_from', precision: 3, nullable: true })
  coversFrom!: Date | null;

  @Column('timestamp with time zone', { name: 'covers_to', precision: 3, nullable: true })
  coversTo!: Date | null;

  @Column('integer', { name: 'covers_count', nullable: true })
  coversCount!: number | null;

  @Column('smallint')
  attempt!: number;

  @Column('uuid', { name: 'node_id', nullable: true })
  nodeId!: string | null;

  @Column('bigint', { name: 'fencing_token', nullable: true })
  fencingToken!: string | null;

  @Column('integer')
  priority!: number;

  @Column('timestamp with time zone', { name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('timestamp with time zone', { name: 'started_at', precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column('timestamp with time zone', { name: 'finished_at', precision: 3, nullable: true })
  finishedAt!: Date | null;

  @Column('jsonb', { nullable: true })
  error!: RunError | null;

  @Column('jsonb', { nullable: true })
  result!: unknown;

  @Column('text', { nullable: true })
  held!: 'buffered' | 'paused' | null;

  @Column('boolean', { name: 'handler_alive' })
  handlerAlive!: boolean;

  @Column('uuid', { name: 'backfill_id', nullable: true })
  backfillId!: string | null;

  @Column('bigint', { name: 'retry_of', nullable: true })
  retryOf!: string | null;

  @Column('timestamp with time zone', { name: 'cancel_requested_at', precision: 3, nullable: true })
  cancelRequestedAt!: Date | null;

  @Column('jsonb', { nullable: true })
  progress!: Progress | null;
}
