import type { BriefRun, Run, RunAttempt, RunLine } from '../../../domain/run.js';
import { pageOf } from '../../cursor.js';
import type { ChangeOptions } from '../../job-store.js';
import { listOf, totalOf, type AnyOf, type Page, type Total } from '../../page.js';
import { compareRuns, runKeyOf, runPlaceOf } from '../../run-query.js';
import { lineId } from '../../../domain/run-changes.js';
import {
  RunStore,
  type LatestRuns,
  type LineQuery,
  type RunFilter,
  type RunQuery,
} from '../../run-store.js';
import { MAX_WAITING } from '../../../domain/why/circumstances.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';
import { cancelRun, retryRun } from './run-changes.js';
import { byId } from './run-rows.js';

/** The ledger as it is read, and what can be asked of a run. */
export class MemoryRunStore extends RunStore {
  constructor(protected readonly database: MemoryDatabase) {
    super();
  }

  async get(id: string): Promise<Run | null> {
    const row = this.database.runs.get(id);
    return row ? runOf(row) : null;
  }

  async list(query: RunQuery): Promise<Page<Run>> {
    const { cursor, limit } = query;
    const compare = compareRuns(query);
    const ended = cursor === undefined ? null : runPlaceOf(cursor, query);
    const runs = this.matching(query).map(runOf).sort(compare);
    const rest = ended === null ? runs : runs.filter((run) => compare(run, ended) > 0);
    return pageOf(rest, limit, (run) => runKeyOf(run, query));
  }

  async count(filter: RunFilter): Promise<Total> {
    return totalOf(this.matching(filter).length);
  }

  async latestOf(
    jobs: readonly string[],
    whole: number,
    brief: number,
  ): Promise<ReadonlyMap<string, LatestRuns>> {
    const most = Math.max(whole, brief);
    const found = new Map<string, Run[]>(jobs.map((job) => [job, []]));
    for (const row of this.database.runs.all().toReversed()) {
      const of = found.get(row.jobId);
      if (of && of.length < most) of.push(runOf(row));
    }
    const some = [...found].filter(([, runs]) => runs.length > 0);
    return new Map(
      some.map(([job, runs]) => [
        job,
        { runs: runs.slice(0, whole), brief: runs.slice(0, brief).map(briefOf) },
      ]),
    );
  }

  async openOf(jobs: readonly string[]): Promise<ReadonlyMap<string, readonly Run[]>> {
    const found = new Map<string, readonly Run[]>();
    for (const job of jobs) {
      const open = this.database.runs.live(job).toSorted((a, b) => byId(b, a));
      const waits = (row: RunRow) => row.state === 'pending';
      const waiting = new Set(open.filter(waits).slice(0, MAX_WAITING));
      const rows = open.filter((row) => !waits(row) || waiting.has(row));
      if (rows.length > 0) found.set(job, rows.map(runOf));
    }
    return found;
  }

  async lastSuccesses(jobs: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    const ended = this.database.runs.all().flatMap(({ jobId, state, finishedAt }) => {
      const counts = state === 'succeeded' && finishedAt !== null && jobs.includes(jobId);
      return counts ? [[jobId, finishedAt] as const] : [];
    });
    return new Map(ended.toSorted(([, a], [, b]) => a.getTime() - b.getTime()));
  }

  async attempts(id: string): Promise<readonly RunAttempt[]> {
    return this.database.runs.attempts(id);
  }

  async lines(
    id: string,
    { after, limit, maxChars = Infinity }: LineQuery,
  ): Promise<readonly RunLine[]> {
    const from = after === undefined ? -1 : Number(lineId(after));
    const lines = this.database.runs.lines(id).filter((line) => Number(line.id) > from);
    let before = 0;
    return lines.slice(0, limit).filter(({ message }) => {
      const fits = before < maxChars;
      before += message.length;
      return fits;
    });
  }

  cancel(id: string, by: ChangeOptions = {}): Promise<Run> {
    return this.change(by, () => cancelRun(this.database, id, by));
  }

  retry(id: string, by: ChangeOptions = {}): Promise<Run> {
    return this.change(by, () => retryRun(this.database, id, by));
  }

  private matching(filter: RunFilter): RunRow[] {
    const { runs, jobs } = this.database;
    return runs.all().filter((row) => fits(row, filter, jobs.get(row.jobId)?.name ?? ''));
  }

  /** A change that somebody asks for, with what follows from it at once: the run as it is then. */
  protected async change(_by: ChangeOptions, body: () => RunRow): Promise<Run> {
    const row = this.database.inOneGo(body);
    return runOf(this.database.runs.get(row.id) ?? row);
  }
}

/** A run as its users see it. */
export function runOf({ payload: _payload, cancelReason: _cancelReason, ...run }: RunRow): Run {
  return run;
}

const briefOf = (run: Run): BriefRun => {
  const { id, state, reason, cause, fireAt, runAt, startedAt, finishedAt } = run;
  return { id, state, reason, cause, fireAt, runAt, startedAt, finishedAt };
};

function fits(row: RunRow, filter: RunFilter, name: string): boolean {
  const { job, task, node, state, cause, from, to, text } = filter;
  const isOneOf = <T extends string>(wanted: AnyOf<T> | undefined, given: T) =>
    wanted === undefined || listOf(wanted).includes(given);
  return (
    isOneOf(job, row.jobId) &&
    (task === undefined || row.task === task) &&
    (node === undefined || row.nodeId === node) &&
    isOneOf(state, row.state) &&
    isOneOf(cause, row.cause) &&
    (from === undefined || row.fireAt >= from) &&
    (to === undefined || row.fireAt < to) &&
    (text === undefined || speaksOf(row, text, name))
  );
}

function speaksOf({ id, jobId, error }: RunRow, text: string, name: string): boolean {
  const told = [jobId, name, error?.name, error?.message];
  return id === text || told.some((one) => one?.toLowerCase().includes(text.toLowerCase()));
}
