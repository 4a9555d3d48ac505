import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const APP = join(import.meta.dirname, '../../dist/test-app/main.js');

export interface Recorded {
  readonly jobId: string;
  readonly fireAt: string;
  readonly attempt: number;
  readonly node: string;
}

/** Reads what the handlers wrote down. A line that a killed process did not finish is none. */
export function readRecord(path: string): Recorded[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Recorded);
}

/** A real process of the recording application. */
export class RecordingNode {
  private readonly said: string[] = [];
  private readonly heard = new Set<() => void>();
  private readonly child: ChildProcess;

  constructor(
    readonly name: string,
    databaseUrl: string,
    record: string,
    options: Readonly<Record<string, unknown>> = {},
  ) {
    this.child = spawn(process.execPath, [APP], {
      env: {
        ...process.env,
        RECORD: record,
        NO_COLOR: '1',
        OPTIONS: JSON.stringify({ databaseUrl, nodeName: name, ...options }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      createInterface(stream).on('line', (line) => {
        this.said.push(line);
        for (const check of this.heard) check();
      });
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  get log(): string {
    return this.said.join('\n');
  }

  /** Resolves with the first line, from the `from`th on, that has these words. */
  async saying(words: string | RegExp, from = 0): Promise<string> {
    const found = () => this.said.slice(from).find((line) => line.search(words) >= 0);
    const gone = once(this.child, 'exit').then(() => {
      throw new Error(`${this.name} exited before it said "${words}":\n${this.log}`);
    });
    gone.catch(() => undefined);
    let check: () => void = () => undefined;
    const said = new Promise<string>((resolve) => {
      check = () => {
        const line = found();
        if (line !== undefined) resolve(line);
      };
    });
    this.heard.add(check);
    check();
    return Promise.race([said, gone]).finally(() => this.heard.delete(check));
  }

  /** How many lines it has said. */
  get lines(): number {
    return this.said.length;
  }

  /** Sends a signal and, when it ends the process, waits for the end. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGCONT');
    this.child.kill(signal);
    await exited;
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
