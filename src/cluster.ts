import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { readProcessConfig } from './app.config.js';
import { isImpatient, planCluster, type PlannedNode } from './cluster-plan.js';

const MAIN = join(import.meta.dirname, 'main.js');
const COLOURS = [36, 33, 32, 35, 34, 31];

/**
 * Runs several nodes until Ctrl-C. A node that ends is reported, and the others go on.
 *
 * @returns the exit code: 1 if a node could not start, or failed later
 */
async function main(): Promise<number> {
  const nodes = planCluster(process.argv[2], readProcessConfig().port);
  const width = Math.max(...nodes.map(({ name }) => name.length));
  const children = nodes.map(({ name, port }, i) => {
    const child = startNode({ name, port });
    prefixLines(child, name.padEnd(width), COLOURS[i % COLOURS.length]);
    return child;
  });
  const stopping = stopOnSignal(children);
  const codes = await Promise.all(
    children.map(async (child, i) => {
      const { code, how } = await ended(child);
      if (code !== 0 || !stopping.begun) console.error(`Node ${nodes[i]?.name} ${how}.`);
      return code;
    }),
  );
  return codes.some((code) => code !== null && code !== 0) ? 1 : 0;
}

/** With the whole environment of this process: a node reads the same configuration. */
function startNode({ name, port }: PlannedNode): ChildProcess {
  const { TASKS_NODE_NAME: label } = process.env;
  const env = {
    ...process.env,
    PORT: String(port),
    TASKS_NODE_NAME: label ? `${label}-${name}` : name,
  };
  return spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function prefixLines(child: ChildProcess, name: string, colour = 0): void {
  const pass = (from: Readable | null, to: Writable & { isTTY?: boolean }) => {
    if (!from) return;
    const prefix = to.isTTY ? `\u001b[${colour}m${name} |\u001b[0m` : `${name} |`;
    createInterface({ input: from }).on('line', (line) => to.write(`${prefix} ${line}\n`));
  };
  pass(child.stdout, process.stdout);
  pass(child.stderr, process.stderr);
}

/** The first signal asks every node to stop, a later one kills them. */
function stopOnSignal(children: readonly ChildProcess[]): { begun: boolean } {
  const stopping = { begun: false };
  let firstAt = 0;
  const stop = () => {
    if (!stopping.begun) {
      stopping.begun = true;
      firstAt = performance.now();
      for (const child of children) child.kill('SIGTERM');
    } else if (isImpatient(firstAt, performance.now())) {
      for (const child of children) child.kill('SIGKILL');
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return stopping;
}

interface End {
  /** Null: killed by a signal, which says nothing about the node. */
  readonly code: number | null;
  readonly how: string;
}

function ended(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve({ code: 1, how: `did not start: ${message}` }));
    // Not `exit`: its last lines are to come before the report.
    child.once('close', (code, signal) =>
      resolve({ code, how: signal ? `was killed by ${signal}` : `ended with code ${code}` }),
    );
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
