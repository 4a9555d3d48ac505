import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { NodeStatus, Task, type TaskContext } from 'carillon';
import { ACCOUNTS } from '../bank-book.js';
import { Failpoints } from '../failpoints.js';
import { Bank } from './bank.js';
import { record } from './record.js';

@Injectable()
export class TransferTasks {
  constructor(
    private readonly node: NodeStatus,
    private readonly failpoints: Failpoints,
    private readonly bank: Bank,
  ) {}

  /** Takes money, gives it to somebody else and writes that down, in services below. */
  @Task('transfer')
  async transfer(_payload: unknown, context: TaskContext): Promise<void> {
    record(this.node.id, 'start');
    try {
      await this.move(context);
    } catch (error) {
      record(this.node.id, 'failed');
      throw error;
    }
    record(this.node.id, 'succeeded');
    await this.failpoints.reach('handler:after-last-write');
  }

  /** Writes as the other does, and then finds that it must not. */
  @Task('transfer-and-fail')
  async fail(_payload: unknown, { runId, attempt }: TaskContext): Promise<void> {
    record(this.node.id, 'start');
    await this.bank.take(1, 5);
    await this.bank.note(runId, attempt, 5);
    record(this.node.id, 'failed');
    throw new Error('after the last write');
  }

  private async move({ runId, attempt, fireAt }: TaskContext): Promise<void> {
    const seed = Number(runId) + fireAt.getTime() / 100;
    const from = 1 + (Math.floor(seed) % ACCOUNTS);
    const to = 1 + ((from + Number(runId)) % ACCOUNTS);
    const amount = 1 + (Number(runId) % 7);
    await this.bank.take(from, amount);
    await this.failpoints.reach('handler:half-way');
    await sleep(Number(runId) % 40);
    await this.bank.give(to, amount);
    await this.bank.note(runId, attempt, amount);
  }
}
