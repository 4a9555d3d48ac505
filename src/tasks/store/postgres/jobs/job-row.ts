import type { JobDefinition, StoredJob } from '../../../domain/job-definition.js';
import { POLICY_NAMES } from '../../../domain/job.js';
import { whyUnreadable } from '../../../domain/unreadable.js';
import { nameOf, rowReader, written, type Columns } from '../columns.js';
import { DEFINITION_COLUMNS, JOB_COLUMNS, PLAN_COLUMNS } from './job-columns.js';

const { nextFireAt, lastFireAt, fired } = PLAN_COLUMNS;
const STORED: Columns<keyof StoredJob> = { ...JOB_COLUMNS, nextFireAt, lastFireAt, fired };
const readStored = rowReader(STORED);

/** Columns of `jobs` that a definition fills, each with its value as a parameter. */
export const WRITTEN = Object.entries(DEFINITION_COLUMNS).map(([field, one]) => ({
  name: nameOf(field, one),
  raw: (job: JobDefinition): unknown => job[field as keyof JobDefinition] ?? null,
  value: (job: JobDefinition) => written(one, job[field as keyof JobDefinition]),
}));

/** The same columns as a JSON object, which PostgreSQL reads as a row of `jobs`. */
export function rawOf(job: JobDefinition): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const { name, raw } of WRITTEN) row[name] = raw(job);
  return row;
}

/**
 * Selects jobs with their plans as rows `{ job }`. `where` and what follows may name `j` and `p`.
 *
 * Each is one text that holds JSON: what a caller's connection makes of dates, numbers, arrays and
 * JSON is the caller's choice, and text is read alike on all of them.
 */
export const selectJobs = (quotedSchema: string, where: string) =>
  `SELECT ${jobText} AS job
   FROM ${quotedSchema}.jobs j JOIN ${quotedSchema}.job_plans p ON p.job_id = j.id
   WHERE ${where}`;

/** A job `j` with its plan `p` as such a text. */
export const jobText = `(to_jsonb(j) || jsonb_build_object('next_fire_at', p.next_fire_at,
            'last_fire_at', p.last_fire_at, 'fired', p.fired))::text`;

/** A row that this version cannot read keeps what it holds, and is in the state `unreadable`. */
export function storedJob(text: string): StoredJob {
  // The types promise what is then found out. Nobody computes with a job that is unreadable.
  const job = readStored(JSON.parse(text) as Record<string, unknown>) as unknown as StoredJob;
  return isReadable(job) ? job : { ...job, state: 'unreadable', nextFireAt: null };
}

/** What could be read of triggers and policies: it is found out once for all that are alike. */
const readable = new Set<string>();
const MOST_READABLE = 10_000;

function isReadable(job: StoredJob): boolean {
  const key = JSON.stringify([job.trigger, ...POLICY_NAMES.map((name) => job[name])]);
  if (readable.has(key)) return true;
  if (whyUnreadable(job) !== null) return false;
  if (readable.size >= MOST_READABLE) readable.clear();
  readable.add(key);
  return true;
}
