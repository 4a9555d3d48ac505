import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A file that was cleaned away: the proof, after it is gone. */
@Entity('removed_files')
export class RemovedFile {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column('text')
  path!: string;

  @Column('bigint')
  bytes!: string;

  @Column('timestamptz', { name: 'modified_at' })
  modifiedAt!: Date;

  @Column('timestamptz', { name: 'removed_at' })
  removedAt!: Date;

  /** The run that removed it, to be looked up in the ledger of runs. */
  @Column('text', { name: 'run_id' })
  runId!: string;
}
