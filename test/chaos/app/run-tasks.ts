import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { NodeStatus, Task, type TaskContext } from 'carillon';
import { Failpoints } from '../failpoints.js';
import { Bank } from './bank.js';
import { record } from './record.js';

/** So many accounts, between which money goes to and fro. */
const ACCOUNTS = 8;

interface ForSoLong {
  readonly ms: number;
}

/** Tasks without a trigger: good ones and bad ones, as whoever breaks them needs them. */
@Injectable()
export class RunTasks {
  constructor(
    private readonly node: NodeStatus,
    private readonly failpoints: Failpoints,
    private readonly bank: Bank,
  ) {}

  /** Works for so long, or until its signal aborts. */
  @Task('heed')
  async heed({ ms }: ForSoLong, { signal }: TaskContext): Promise<void> {
    record(this.node.id, 'start');
    try {
      await sleep(ms, undefined, { signal });
      record(this.node.id, 'succeeded');
    } catch {
      record(this.node.id, 'failed', nameOf(signal));
      throw signal.reason;
    }
  }

  /** Works for so long, whatever its signal says. */
  @Task('ignore')
  async ignore({ ms }: ForSoLong, { signal }: TaskContext): Promise<void> {
    record(this.node.id, 'start');
    await sleep(ms);
    record(this.node.id, 'succeeded', nameOf(signal));
  }

  /** Takes money, gives it to somebody else and writes that down, in services below. */
  @Task('transfer')
  async transfer(_payload: unknown, { runId, attempt, fireAt }: TaskContext): Promise<void> {
    record(this.node.id, 'start');
    const seed = Number(runId) + fireAt.getTime() / 100;
    const from = 1 + (Math.floor(seed) % ACCOUNTS);
    const to = 1 + ((from + Number(runId)) % ACCOUNTS);
    const amount = 1 + (Number(runId) % 7);
    await this.bank.take(from, amount);
    await this.failpoints.reach('handler:half-way');
    await sleep(Number(runId) % 40);
    await this.bank.give(to, amount);
    await this.bank.note(runId, attempt, amount);
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

  @Task('compute', {
    thread: { module: new URL('./compute.js', import.meta.url), export: 'compute' },
  })
  compute(): void {
    throw new Error('the function in the thread takes the place of this one');
  }
}

const nameOf = ({ aborted, reason }: AbortSignal) => (aborted ? (reason as Error).name : undefined);
