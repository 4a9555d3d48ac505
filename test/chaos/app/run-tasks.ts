import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { NodeStatus, Task, type TaskContext } from 'carillon';
import { record } from './record.js';

interface ForSoLong {
  readonly ms: number;
}

/** Tasks without a trigger: good ones and bad ones, as whoever breaks them needs them. */
@Injectable()
export class RunTasks {
  constructor(private readonly node: NodeStatus) {}

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

  /** Writes down that it was called. */
  @Task('tick')
  tick(): void {
    record(this.node.id, 'start');
  }

  /** Waits until a file is there, and then blocks the event loop for so long. */
  @Task('block')
  async block({ ms, file }: ForSoLong & { readonly file: string }): Promise<void> {
    record(this.node.id, 'start');
    while (!existsSync(file)) await sleep(20);
    spinHere(ms);
    record(this.node.id, 'succeeded');
  }

  @Task('compute', {
    thread: { module: new URL('./compute.js', import.meta.url), export: 'compute' },
  })
  compute(): void {
    throw new Error('the function in the thread takes the place of this one');
  }
}

/** Its name is what a stack shows. */
function spinHere(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

const nameOf = ({ aborted, reason }: AbortSignal) => (aborted ? (reason as Error).name : undefined);
