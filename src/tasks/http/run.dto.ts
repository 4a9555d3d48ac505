import { z } from 'zod';
import { RUN_CAUSES, RUN_STATES, type Run } from '../domain/run.js';
import { pageQuerySchema } from './page.dto.js';

const text = z.string().min(1).max(200);

const instant = z.iso
  .datetime({
    offset: true,
    error: 'must be an RFC 3339 instant with a zone, such as 2026-11-23T08:00:00Z',
  })
  .transform((at) => new Date(at));

/** Filters of `GET /runs`; together they narrow. `from` and `to` are about fire times. */
export const runQuerySchema = pageQuerySchema.extend({
  job: text.exactOptional(),
  task: text.exactOptional(),
  node: z.guid().exactOptional(),
  state: z.enum(RUN_STATES).exactOptional(),
  cause: z.enum(RUN_CAUSES).exactOptional(),
  from: instant.exactOptional(),
  to: instant.exactOptional(),
});
export type RunQueryDto = z.infer<typeof runQuerySchema>;

/** A run as JSON. Instants stay dates, which JSON writes as RFC 3339 in UTC with milliseconds. */
export function runDto(run: Run) {
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
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    durationMs: between(run.startedAt, run.finishedAt),
    lagMs: between(run.runAt, run.startedAt),
    error: run.error,
    result: run.result ?? null,
  };
}

function between(from: Date | null, to: Date | null): number | null {
  return from && to && to.getTime() - from.getTime();
}
