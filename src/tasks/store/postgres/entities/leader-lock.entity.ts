import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The row of `leader_lock`. */
@Entity('leader_lock')
export class LeaderLockEntity {
  @PrimaryColumn('text')
  name!: string;

  @Column('bigint', { name: 'fencing_token' })
  fencingToken!: string;

  @Column('uuid', { name: 'node_id', nullable: true })
  nodeId!: string | null;

  @Column('timestamp with time zone', { name: 'acquired_at', precision: 3, nullable: true })
  acquiredAt!: Date | null;

  @Column('boolean')
  paused!: boolean;

  @Column('text', { name: 'pause_reason', nullable: true })
  pauseReason!: string | null;

  /** Grows with each cold start of the cluster. */
  @Column('bigint')
  generation!: string;

  @Column('timestamp with time zone', { name: 'generation_at', precision: 3, nullable: true })
  generationAt!: Date | null;
}
