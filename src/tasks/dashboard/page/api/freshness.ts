import { client } from './query-client.js';

/** Something is read again after so many ms at the soonest, and after so many times what that takes. */
const LEAST_MS = 1_000;
const SHARE = 5;

/** What an event of a kind makes old. */
const OLD: Readonly<Record<string, readonly string[]>> = {
  job: ['jobs', 'job', 'audit', 'stats', 'problems', 'forecast'],
  run: ['runs', 'run', 'jobs', 'job', 'stats', 'series', 'problems'],
  cluster: ['state', 'nodes', 'audit', 'problems', 'leader'],
  leader: ['state', 'leader', 'nodes', 'problems', 'audit'],
  node: ['state', 'nodes', 'tasks', 'problems', 'leader'],
};

/** Events come in swarms: those of so many ms are dealt with at once. */
const GATHER_MS = 250;

const due = new Map<string, ReturnType<typeof setTimeout>>();
const read = new Map<string, { at: number; tookMs: number }>();

/** @param ids of what has changed: pages of another job or run stay as they are */
export function changed(kind: string, ids: { jobId?: string; runId?: string }): void {
  for (const subject of OLD[kind] ?? []) {
    const id = subject === 'job' ? ids.jobId : subject === 'run' ? ids.runId : undefined;
    plan(subject, id);
  }
}

/** Nobody knows what has changed. */
export function everything(): void {
  void client.invalidateQueries();
}

function plan(subject: string, id: string | undefined): void {
  const name = id === undefined ? subject : `${subject} ${id}`;
  if (due.has(name)) return;
  const { at, tookMs } = read.get(name) ?? { at: -Infinity, tookMs: 0 };
  const soonest = at + Math.max(LEAST_MS, SHARE * tookMs);
  const wait = Math.max(GATHER_MS, soonest - performance.now());
  due.set(
    name,
    setTimeout(() => void readAgain(name, id === undefined ? [subject] : [subject, id]), wait),
  );
}

async function readAgain(name: string, queryKey: readonly string[]): Promise<void> {
  due.delete(name);
  const at = performance.now();
  read.set(name, { at, tookMs: read.get(name)?.tookMs ?? 0 });
  await client.invalidateQueries({ queryKey });
  read.set(name, { at, tookMs: performance.now() - at });
}
