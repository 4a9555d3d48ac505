import { client } from './query-client.js';

/** The soonest that something is read again after it was read, in ms: what costs more, less often. */
const LEAST_MS: Readonly<Record<string, number>> = {
  series: 10_000,
  stats: 3_000,
  problems: 3_000,
  forecast: 60_000,
  tasks: 10_000,
};
const LEAST_MS_ELSE = 1_000;

/** What an event of a kind makes old. */
const OLD: Readonly<Record<string, readonly string[]>> = {
  job: ['jobs', 'job', 'upcoming', 'audit', 'stats', 'problems', 'forecast'],
  run: ['runs', 'run', 'jobs', 'job', 'upcoming', 'stats', 'series', 'problems'],
  cluster: ['state', 'nodes', 'audit', 'problems', 'leader'],
  leader: ['state', 'leader', 'nodes', 'problems', 'audit'],
  node: ['state', 'nodes', 'tasks', 'problems', 'leader'],
};

/** Events come in swarms: those of so many ms are dealt with at once. */
const GATHER_MS = 250;

const due = new Map<string, ReturnType<typeof setTimeout>>();
const readAt = new Map<string, number>();

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
  const since = performance.now() - (readAt.get(name) ?? -Infinity);
  const wait = Math.max(GATHER_MS, (LEAST_MS[subject] ?? LEAST_MS_ELSE) - since);
  due.set(
    name,
    setTimeout(() => {
      due.delete(name);
      readAt.set(name, performance.now());
      void client.invalidateQueries({ queryKey: id === undefined ? [subject] : [subject, id] });
    }, wait),
  );
}
