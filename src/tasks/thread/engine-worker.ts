import type { Worker } from 'node:worker_threads';
import type { LoadedThread } from './loaded-thread.js';
import { Mailbox } from './mailbox.js';
import type { FromThread, ThreadSeed, ToThread } from './messages.js';
import { SharedState } from './shared-state.js';

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
    loaded: LoadedThread,
    seed: Omit<ThreadSeed, 'shared'>,
    shared: SharedState,
    listener: WorkerListener,
  ) {
    const worker = loaded.take();
    this.worker = worker;
    worker.postMessage({ ...seed, shared: shared.buffer } satisfies ThreadSeed);
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
