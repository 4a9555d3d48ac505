import { Worker } from 'node:worker_threads';
import { threadArgs } from './thread-args.js';

/** One that nobody has taken in so long ends, in ms: an application was made that never began. */
const KEPT_MS = 60_000;

/**
 * A thread that loads what an engine is made of, and then waits to be told which one it is: the first message is its
 * seed. It is started as soon as it is known that there will be an engine, so that it loads while the main thread
 * makes the application. Until it is taken it keeps no process alive.
 */
export class LoadedThread {
  private readonly worker: Worker;
  private readonly unused: NodeJS.Timeout;
  private ended = false;

  /** @param entry the module that it runs */
  constructor(private readonly entry: URL) {
    const execArgv = threadArgs(process.execArgv);
    this.worker = new Worker(entry, { name: 'carillon-engine', execArgv });
    this.worker.unref();
    // Whoever takes it starts another one, and hears the reason from that.
    this.worker.on('error', () => undefined);
    this.worker.on('exit', () => (this.ended = true));
    this.unused = setTimeout(() => this.drop(), KEPT_MS);
    this.unused.unref();
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  take(): Worker {
    clearTimeout(this.unused);
    if (this.ended) return new LoadedThread(this.entry).take();
    this.worker.ref();
    return this.worker;
  }

  /** Nobody will take it. */
  drop(): void {
    clearTimeout(this.unused);
    this.ended = true;
    void this.worker.terminate();
  }
}
