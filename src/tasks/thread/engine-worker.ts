import { Worker } from 'node:worker_threads';
import { Mailbox } from './mailbox.js';
import type { FromThread, ThreadSeed, ToThread } from './messages.js';
import { SharedState } from './shared-state.js';
import { threadArgs } from './thread-args.js';

/** What becomes of a thread. */
export interface WorkerListener {
  heard(message: FromThread): void;
  ended(reason: string): void;
}

/** One thread of an engine, from its start to its end. After `leave` nothing of it is heard. */
export class EngineWorker {
  private readonly worker: Worker;
  private readonly mailbox: Mailbox<ToThread>;
  private isLeft = false;

  constructor(
    entry: URL,
    seed: Omit<ThreadSeed, 'shared'>,
    shared: SharedState,
    listener: WorkerListener,
  ) {
    const workerData: ThreadSeed = { ...seed, shared: shared.buffer };
    const execArgv = threadArgs(process.execArgv);
    const worker = new Worker(entry, { name: 'carillon-engine', workerData, execArgv });
    this.worker = worker;
    this.mailbox = new Mailbox((messages) => worker.postMessage(messages));
    let reason = 'it ended';
    worker.on('message', (messages: readonly FromThread[]) => {
      for (const message of messages) if (!this.isLeft) listener.heard(message);
    });
    worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      if (!this.isLeft) listener.ended(reason);
    });
  }

  tell(message: ToThread): void {
    this.mailbox.put(message);
  }

  leave(): void {
    this.isLeft = true;
    void this.worker.terminate();
  }
}
