import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `job_plans`. */
@Entity('job_plans')
export class JobPlanEntity {
  @PrimaryColumn('text', { name: 'job_id' })
  jobId!: string;

  @Column('timestamp with time zone', { name: 'next_fire_at', precision: 3, nullable: true })
  nextFireAt!: Date | null;

  @Column('timestamp with time zone', { name: 'last_fire_at', precision: 3, nullable: true })
  lastFireAt!: Date | null;

  @Column('integer')
  revision!: number;

  @Column('bigint')
  inserts!: string;

  /** How many runs its trigger has started. */
  @Column('bigint')
  fired!: string;
}
