import { z } from 'zod';
import {
  LOG_LEVELS,
  RUN_CAUSES,
  RUN_STATES,
  type BriefRun,
  type Run,
  type RunAttempt,
  type RunLine,
} from '../../domain/run.js';
import type { AuditRow } from '../../store/cluster-store.js';
import { instant, instantSchema } from '../protocol/instant.dto.js';
import { countSchema, pageQuerySchema, several, yes } from '../protocol/page.dto.js';

const text = z.string().min(1).max(200);

/** Filters of `GET /runs`; together they narrow. `from` and `to` are about fire times. */
export const runQuerySchema = pageQuerySchema.extend({
  /** Given more than once: runs of any of them. So with states and causes. */
  job: several(text).exactOptional(),
  task: text.exactOptional(),
  node: z.guid().exactOptional(),
  state: several(z.enum(RUN_STATES)).exactOptional(),
  cause: several(z.enum(RUN_CAUSES)).exactOptional(),
  from: instantSchema.exactOptional(),
  to: instantSchema.exactOptional(),
  /** A run's id, or a part of its job's id or name, or of its error. */
  text: text.exactOptional(),
  /** Whether to say how many there are in all. */
  total: yes.exactOptional(),
  include: z.literal('asked', { error: 'must be asked' }).exactOptional(),
});
export type RunQueryDto = z.infer<typeof runQuerySchema>;

/** The same of one job. */
export const runsOfJobQuerySchema = runQuerySchema.omit({ job: true });
export type RunsOfJobQueryDto = z.infer<typeof runsOfJobQuerySchema>;

/** What a run comes with. */
export const oneRunQuerySchema = z.strictObject({
  include: z.literal('attempts', { error: 'must be attempts' }).exactOptional(),
});

/** Decimal, and small enough for PostgreSQL's bigint. */
export const ID = /^\d{1,18}$/;

export const linesQuerySchema = z.strictObject({
  after: z.string().regex(ID, { error: 'must be the id of a line' }).exactOptional(),
  limit: countSchema(1_000, 'must be a whole number from 1 to 1000').prefault('100'),
});

const errorSchema = z.unknown().meta({
  description:
    'What the handler threw: its name, message, stack and cause, the errors that it sums up, and fields such as code or status.',
});

const attemptSchema = z
  .object({
    attempt: z.number().int(),
    nodeId: z.string().nullable(),
    state: z.enum(RUN_STATES),
    startedAt: instant.nullable(),
    finishedAt: instant,
    error: errorSchema,
  })
  .meta({ id: 'RunAttempt', description: 'An attempt of a run before its last one.' });

const askedSchema = z.object({ by: z.string(), at: instant, reason: z.string().nullable() }).meta({
  id: 'RunRequest',
  description: 'Who asked for a run by hand, for a retry or for a backfill.',
});

export const askedDto = (request: AuditRow | undefined) =>
  request === undefined ? null : { by: request.actor, at: request.at, reason: request.reason };

export const lineSchema = z
  .object({
    id: z.string(),
    attempt: z.number().int(),
    at: instant,
    level: z.enum(LOG_LEVELS),
    message: z.string(),
  })
  .meta({ id: 'RunLine' });

/** A run as JSON. */
export const runSchema = z
  .object({
    id: z.string(),
    jobId: z.string(),
    task: z.string(),
    cause: z.enum(RUN_CAUSES),
    fireAt: instant,
    runAt: instant,
    state: z.enum(RUN_STATES),
    reason: z.string().nullable(),
    coversFrom: instant.nullable(),
    coversTo: instant.nullable(),
    coversCount: z.number().int().nullable(),
    attempt: z.number().int(),
    nodeId: z.string().nullable(),
    fencingToken: z.number().nullable(),
    priority: z.number().int(),
    createdAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    durationMs: z.number().nullable(),
    lagMs: z.number().nullable(),
    error: errorSchema,
    result: z.unknown(),
    progress: z.object({ percent: z.number(), note: z.string().nullable() }).nullable(),
    held: z.enum(['buffered', 'paused']).nullable(),
    handlerAlive: z.boolean(),
    cancelRequestedAt: instant.nullable(),
    retryOf: z.string().nullable(),
    backfillId: z.string().nullable(),
    attempts: z.array(attemptSchema).exactOptional(),
    asked: askedSchema.nullable().exactOptional(),
  })
  .meta({ id: 'Run', description: 'What became of one fire time, or of one request to run now.' });
export type RunJson = z.infer<typeof runSchema>;

export const briefRunSchema = runSchema
  .pick({
    id: true,
    state: true,
    reason: true,
    cause: true,
    fireAt: true,
    startedAt: true,
    finishedAt: true,
    durationMs: true,
    lagMs: true,
  })
  .meta({ id: 'BriefRun', description: 'What became of a run, and how long that took.' });

export const briefRunDto = (run: BriefRun) => ({
  id: run.id,
  state: run.state,
  reason: run.reason,
  cause: run.cause,
  fireAt: run.fireAt,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
  durationMs: between(run.startedAt, run.finishedAt),
  lagMs: between(run.runAt, run.startedAt),
});

export function runDto(run: Run): RunJson {
  return {
    id: run.id,
    jobId: run.jobId,
    task: run.task,
    cause: run.cause,
    fireAt: run.fireAt,
    runAt: run.runAt,
    state: run.state,
    reason: run.reason,
    coversFrom: run.coversFrom,
    coversTo: run.coversTo,
    coversCount: run.coversCount,
    attempt: run.attempt,
    nodeId: run.nodeId,
    fencingToken: run.fencingToken,
    priority: run.priority,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    durationMs: between(run.startedAt, run.finishedAt),
    lagMs: between(run.runAt, run.startedAt),
    error: run.error,
    result: run.result ?? null,
    progress: run.progress && { percent: run.progress.percent, note: run.progress.note },
    held: run.held,
    handlerAlive: run.handlerAlive,
    cancelRequestedAt: run.cancelRequestedAt,
    retryOf: run.retryOf,
    backfillId: run.backfillId,
  };
}

export const attemptDto = (attempt: RunAttempt) => ({
  attempt: attempt.attempt,
  nodeId: attempt.nodeId,
  state: attempt.state,
  startedAt: attempt.startedAt,
  finishedAt: attempt.finishedAt,
  error: attempt.error,
});

export const lineDto = ({ id, attempt, at, level, message }: RunLine) => ({
  id,
  attempt,
  at,
  level,
  message,
});

function between(from: Date | null, to: Date | null): number | null {
  return from && to && to.getTime() - from.getTime();
}
