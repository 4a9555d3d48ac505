import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Ask, Asked } from './messages.js';

/** The node has ended before it answered: whether it did what it was asked is unknown. */
export class NodeGone extends Error {
  readonly code = 'node-gone';
}

/** The node says that it could not. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface ChaosNodeOptions {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** One process of the chaos application, seen from outside. */
export class ChaosNode {
  /** When its process ended; null: it goes on. */
  endedAt: Date | null = null;
  readonly ended: Promise<void>;
  /** It is meant to end; one that ends otherwise has crashed. */
  mayDie = false;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer | null) => void>();
  private asked = 0;

  constructor(
    readonly name: string,
    { script, env, logFile }: ChaosNodeOptions,
  ) {
    const log = openSync(logFile, 'a');
    this.child = fork(script, {
      env: { ...inherited(), ...env },
      stdio: ['ignore', log, log, 'ipc'],
      // In a group of its own: a Ctrl-C is for the driver, which then ends the nodes in order.
      detached: true,
    });
    closeSync(log);
    this.child.on('message', (answer: Answer) => this.waiting.get(answer.id)?.(answer));
    // A message to a process that has just died; whoever waits for the answer hears of the death.
    this.child.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.child.once('exit', () => {
        this.endedAt = new Date();
        for (const give of this.waiting.values()) give(null);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.endedAt === null;
  }

  /** @throws NodeGone, Refused */
  async ask(ask: Ask): Promise<unknown> {
    if (!this.isAlive || !this.child.connected) throw new NodeGone(`${this.name} has ended`);
    const asked: Asked = { id: ++this.asked, ask };
    const answer = await new Promise<Answer | null>((resolve) => {
      this.waiting.set(asked.id, resolve);
      this.child.send(asked, () => undefined);
    });
    this.waiting.delete(asked.id);
    if (answer === null) throw new NodeGone(`${this.name} ended before it answered`);
    if (answer.failed) throw new Refused(answer.failed.code, answer.failed.message);
    return answer.value;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isAlive) this.child.kill(signal);
  }

  /** Ends the process; one that does not follow a SIGTERM in time is killed. */
  async end(signal: 'SIGTERM' | 'SIGKILL', patienceMs = 20_000): Promise<boolean> {
    this.mayDie = true;
    this.signal(signal);
    this.signal('SIGCONT');
    const patience = new AbortController();
    const gaveUp = sleep(patienceMs, true, { signal: patience.signal }).catch(() => false);
    const late = await Promise.race([this.ended.then(() => false), gaveUp]);
    patience.abort();
    if (late) {
      this.signal('SIGKILL');
      await this.ended;
    }
    return !late;
  }
}

/** What the environment of the driver must not decide for the nodes. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    NO_COLOR: '1',
    ...(PATH === undefined ? {} : { PATH }),
    ...(HOME === undefined ? {} : { HOME }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
  };
}
