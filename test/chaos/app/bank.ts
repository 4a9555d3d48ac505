import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import {
  Column,
  DataSource,
  Entity,
  EventSubscriber,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Repository,
  type EntitySubscriberInterface,
} from 'typeorm';
import { Failpoints } from '../failpoints.js';

@Entity({ schema: 'bank', name: 'accounts' })
export class Account {
  @PrimaryColumn('integer')
  id!: number;

  @Column('integer')
  balance!: number;
}

/** No unique key: a transfer that is made twice must be there twice. */
@Entity({ schema: 'bank', name: 'transfers' })
export class Transfer {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text', { name: 'run_id' })
  runId!: string;

  @Column('integer')
  attempt!: number;

  @Column('integer')
  amount!: number;
}

/** An ordinary service of a host: it knows nothing of runs and transactions. */
@Injectable()
export class Bank {
  constructor(
    @InjectRepository(Account) private readonly accounts: Repository<Account>,
    @InjectRepository(Transfer) private readonly transfers: Repository<Transfer>,
  ) {}

  async take(id: number, amount: number): Promise<void> {
    await this.accounts.decrement({ id }, 'balance', amount);
  }

  async give(id: number, amount: number): Promise<void> {
    await this.accounts.increment({ id }, 'balance', amount);
  }

  async note(runId: string, attempt: number, amount: number): Promise<void> {
    await this.transfers.save({ runId, attempt, amount });
  }
}

/** The places right before and after each commit of the host. */
@Injectable()
@EventSubscriber()
export class CommitPlaces implements EntitySubscriberInterface {
  constructor(
    @InjectDataSource() host: DataSource,
    private readonly failpoints: Failpoints,
  ) {
    host.subscribers.push(this);
  }

  beforeTransactionCommit(): Promise<void> {
    return this.failpoints.reach('transaction:before-commit');
  }

  afterTransactionCommit(): Promise<void> {
    return this.failpoints.reach('transaction:after-commit');
  }
}
