import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Coalesce, JobOrigin, JobState, Overlap } from '../../../domain/job.js';

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

  @Column('text')
  origin!: JobOrigin;

  @Column('text')
  state!: JobState;

  @Column('boolean')
  paused!: boolean;

  @Column('text', { name: 'pause_reason', nullable: true })
  pauseReason!: string | null;

  @Column('text', { name: 'declared_hash', nullable: true })
  declaredHash!: string | null;

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
