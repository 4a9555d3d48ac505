import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `nodes`. */
@Entity('nodes')
export class NodeEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  version!: string;

  @Column('integer', { name: 'schema_version' })
  schemaVersion!: number;

  @Column('text', { array: true })
  roles!: string[];

  /** Task id → hash of its declaration; null for a task without a trigger. */
  @Column('jsonb')
  tasks!: Record<string, string | null>;

  /** Job id → hash of its declaration in the host's configuration. */
  @Column('jsonb')
  jobs!: Record<string, string>;

  @Column('timestamp with time zone', { name: 'started_at', precision: 3 })
  startedAt!: Date;

  @Column('timestamp with time zone', { name: 'heartbeat_at', precision: 3 })
  heartbeatAt!: Date;

  @Column('timestamp with time zone', { name: 'stopped_at', precision: 3, nullable: true })
  stoppedAt!: Date | null;
}
