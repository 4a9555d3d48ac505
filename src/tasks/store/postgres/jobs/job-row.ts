import type { JobOrigin, JobPatch, JobPolicy, JobState } from '../../../domain/job.js';
import type { TriggerSpec } from '../../../triggers/trigger-spec.js';
import type { StoredJob } from '../../../domain/job-definition.js';
import type { DeclaredJob } from '../../../domain/declared-job.js';
import { whyUnreadable } from '../../../domain/unreadable.js';

/** A row of `jobs` and its plan. */
interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly task: string;
  readonly payload: unknown;
  readonly trigger: unknown;
  readonly tags: string[];
  readonly misfire_grace_ms: unknown;
  readonly coalesce: unknown;
  readonly overlap: unknown;
  readonly max_instances: unknown;
  readonly buffer_limit: unknown;
  readonly jitter_ms: unknown;
  readonly max_runs: unknown;
  readonly timeout_ms: unknown;
  readonly retry: unknown;
  readonly on_crash: unknown;
  readonly transactional: unknown;
  readonly priority: unknown;
  readonly delete_when_done: boolean;
  readonly origin: JobOrigin;
  readonly state: JobState;
  readonly paused: boolean;
  readonly pause_reason: string | null;
  readonly paused_at: string | null;
  readonly resume_at: string | null;
  readonly declared: DeclaredJob | null;
  readonly declared_hash: string | null;
  readonly former_hashes: string[];
  readonly overrides: JobPatch;
  readonly generation: number | null;
  readonly unknown_since: string | null;
  readonly orphaned_at: string | null;
  readonly idle_since: string | null;
  readonly revision: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly next_fire_at: string | null;
  readonly last_fire_at: string | null;
  readonly fired: number;
}

/**
 * Selects jobs with their plans as rows `{ job }`. `where` and what follows may name `j` and `p`.
 *
 * Each is one text that holds JSON: what a caller's connection makes of dates, numbers, arrays and
 * JSON is the caller's choice, and text is read alike on all of them.
 */
export const selectJobs = (quotedSchema: string, where: string) =>
  `SELECT (to_jsonb(j) || jsonb_build_object('next_fire_at', p.next_fire_at,
            'last_fire_at', p.last_fire_at, 'fired', p.fired))::text AS job
   FROM ${quotedSchema}.jobs j JOIN ${quotedSchema}.job_plans p ON p.job_id = j.id
   WHERE ${where}`;

/** A row that this version cannot read keeps what it holds, and is in the state `unreadable`. */
export function storedJob(text: string): StoredJob {
  const row = JSON.parse(text) as JobRow;
  const policy = {
    misfireGraceMs: row.misfire_grace_ms,
    coalesce: row.coalesce,
    overlap: row.overlap,
    maxInstances: row.max_instances,
    bufferLimit: row.buffer_limit,
    jitterMs: row.jitter_ms,
    maxRuns: row.max_runs,
    timeoutMs: row.timeout_ms,
    retry: row.retry,
    onCrash: row.on_crash,
    transactional: row.transactional,
    priority: row.priority,
  };
  const readable = whyUnreadable({ id: row.id, trigger: row.trigger, ...policy }) === null;
  return {
    // The types promise what was just found out. Nobody computes with a job that is unreadable.
    ...(policy as JobPolicy),
    id: row.id,
    name: row.name,
    task: row.task,
    payload: row.payload,
    trigger: row.trigger as TriggerSpec,
    tags: row.tags,
    deleteWhenDone: row.delete_when_done,
    origin: row.origin,
    state: readable ? row.state : 'unreadable',
    paused: row.paused,
    pauseReason: row.pause_reason,
    pausedAt: instant(row.paused_at),
    pausedUntil: instant(row.resume_at),
    declared: row.declared,
    declaredHash: row.declared_hash,
    formerHashes: row.former_hashes,
    overrides: row.overrides,
    generation: row.generation === null ? null : String(row.generation),
    unknownSince: instant(row.unknown_since),
    orphanedAt: instant(row.orphaned_at),
    idleSince: instant(row.idle_since),
    revision: row.revision,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    nextFireAt: readable ? instant(row.next_fire_at) : null,
    lastFireAt: instant(row.last_fire_at),
    fired: row.fired,
  };
}

const instant = (text: string | null) => (text === null ? null : new Date(text));
