import type { Violation } from '../simulation/invariants.js';
import { isAside } from './aside.js';
import type { Observer } from './observer.js';
import { readRecord } from './record-file.js';

/** Of each flood: every job has fired once, every run was started once, and none is left. */
export async function judgeAside(observer: Observer, recordFile: string): Promise<Violation[]> {
  const unfired = await observer.query(UNFIRED);
  const unfinished = await observer.query(UNFINISHED);
  const counts = new Map<string, number>();
  for (const { jobId, runId, attempt } of readRecord(recordFile).starts) {
    const start = `run ${runId} of ${jobId}, attempt ${attempt}`;
    if (isAside(jobId)) counts.set(start, 1 + (counts.get(start) ?? 0));
  }
  const twice = [...counts].filter(([, count]) => count > 1).map(([start]) => start);
  return [
    ...said('one row per fire time', unfired),
    ...said('nothing stays undone', unfinished),
    ...said('one start per fire time', twice),
  ];
}

const UNFIRED = `
  SELECT j.id, count(r.id)::int AS rows
  FROM carillon.jobs j LEFT JOIN carillon.runs r ON r.job_id = j.id
  WHERE j.id LIKE 'flood-%' GROUP BY j.id HAVING count(r.id) <> 1 LIMIT 20`;

const UNFINISHED = `
  SELECT id::text, job_id, state FROM carillon.runs
  WHERE job_id LIKE 'flood-%' AND state IN ('pending', 'running') LIMIT 20`;

const said = (invariant: string, found: readonly unknown[]): Violation[] =>
  found.map((one) => ({
    invariant,
    detail: `of a flood: ${JSON.stringify(one)}`,
    evidence: [one],
  }));
