import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const DIST = join(import.meta.dirname, '../../dist');

export interface NodeProcessOptions {
  /** An absolute path, or one below `dist/`. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** The Node that runs it. Default: the one that runs this. */
  readonly program?: string;
  /** Default: this one's. */
  readonly cwd?: string;
  /** In a process group of its own. */
  readonly detached?: boolean;
}

/** What a test's own environment must not decide for the processes that it starts. */
const INHERITED = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(TASKS_|DATABASE_URL|PORT|HOST|LOG_|NODE_ENV)/.test(name),
  ),
);

/** A real process of a built application, and what it says. */
export class NodeProcess {
  private readonly said: string[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;

  constructor(
    readonly name: string,
    { script, env, program = process.execPath, cwd, detached = false }: NodeProcessOptions,
  ) {
    this.child = spawn(program, [resolve(DIST, script)], {
      env: { ...INHERITED, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.exited = once(this.child, 'exit').then(() => undefined);
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      createInterface(stream).on('line', (line) => {
        this.said.push(line);
        for (const look of this.listeners) look();
      });
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  get log(): string {
    return this.said.join('\n');
  }

  /** How many lines it has said. */
  get lines(): number {
    return this.said.length;
  }

  /** Null while it runs, and when a signal ended it. */
  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Resolves with the first line, from the `from`th on, that has these words. */
  async saying(words: string | RegExp, from = 0): Promise<string> {
    const found = () => this.said.slice(from).find((line) => line.search(words) >= 0);
    let look: () => void = () => undefined;
    const said = new Promise<string>((resolve) => {
      look = () => {
        const line = found();
        if (line !== undefined) resolve(line);
      };
    });
    this.listeners.add(look);
    look();
    const gone = this.exited.then(() => {
      const line = found();
      if (line !== undefined) return line;
      throw new Error(`${this.name} exited before it said "${words}":\n${this.log}`);
    });
    return Promise.race([said, gone]).finally(() => this.listeners.delete(look));
  }

  /** Sends a signal and does not wait for what it does. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends the process, also a frozen one, and resolves when it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
      this.child.kill('SIGCONT');
    }
    await this.exited;
  }
}
