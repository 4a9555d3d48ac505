import { Worker } from 'node:worker_threads';
import { Mailbox } from './mailbox.js';
import type { FromThread, ThreadSeed, ToThread } from './messages.js';
import { SharedState } from './shared-state.js';
import { startWithArgs } from './thread-args.js';

/** What becomes of a thread. */
export interface WorkerListener {
  heard(message: FromThread): void;
  /** It has ended, or could not be started. */
  ended(reason: string): void;
}

/** One thread of an engine, from its start to its end. After `leave` nothing of it is heard. */
export class EngineWorker {
  private readonly worker: Worker | null;
  private readonly mailbox: Mailbox<ToThread>;
  private isLeft = false;

  constructor(
    entry: URL,
    seed: Omit<ThreadSeed, 'shared'>,
    shared: SharedState,
    private readonly listener: WorkerListener,
  ) {
    const worker = this.start(entry, { ...seed, shared: shared.buffer });
    this.worker = worker;
    this.mailbox = new Mailbox((messages) => worker?.postMessage(messages));
    let reason = 'it ended';
    worker?.on('message', (messages: readonly FromThread[]) => {
      for (const message of messages) if (!this.isLeft) listener.heard(message);
    });
    worker?.on('error', (error: unknown) => {
      reason = reasonOf(error);
    });
    worker?.on('exit', () => this.ended(reason));
  }

  tell(message: ToThread): void {
    this.mailbox.put(message);
  }

  leave(): void {
    this.isLeft = true;
    void this.worker?.terminate();
  }

  /** Node refuses to start one where the system has no thread left, for example. */
  private start(entry: URL, workerData: ThreadSeed): Worker | null {
    const name = 'carillon-engine';
    try {
      return startWithArgs(
        process.execArgv,
        (execArgv) => new Worker(entry, { name, workerData, ...(execArgv && { execArgv }) }),
      );
    } catch (error) {
      // Heard like the end of any other: by whoever has it, which is not before this constructor is over.
      queueMicrotask(() => this.ended(reasonOf(error)));
      return null;
    }
  }

  private ended(reason: string): void {
    if (!this.isLeft) this.listener.ended(reason);
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
