import { z } from 'zod';
import { pageQuerySchema } from '../protocol/page.dto.js';
import type { AuditRow, LeaderInfo, NodeInfo } from '../../store/cluster-store.js';
import type { TasksService } from '../../service/tasks.service.js';
import { instant, instantSchema } from '../protocol/instant.dto.js';
import { percentilesSchema } from '../protocol/summary.dto.js';
import { reason } from '../protocol/change.dto.js';

const holder = {
  nodeId: z.string(),
  nodeName: z.string().nullable(),
  fencingToken: z.number(),
  acquiredAt: instant.nullable(),
  expiresAt: instant.nullable(),
};

const briefNodeSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  roles: z.array(z.string()),
  startedAt: instant,
  heartbeatAt: instant,
});

export const nodeSchema = briefNodeSchema
  .extend({
    tasks: z.array(z.string()),
    stoppedAt: instant.nullable(),
    draining: z.boolean(),
    loopLagMs: z.int().nullable().meta({
      description:
        'How late its event loop came round at worst of late, in ms. Null: it does not tell.',
    }),
    blockedSince: instant.nullable().meta({
      description: 'Since when its event loop is blocked: it starts no run. Null: it is not.',
    }),
    blockedBy: z.string().nullable().meta({
      description:
        'What blocks it, such as a task or a request. Null: nothing, or it is not known.',
    }),
    slots: z
      .object({ total: z.int(), used: z.int(), free: z.int() })
      .nullable()
      .meta({ description: 'How many runs it works on at once. Null: it does not tell.' }),
    clockOffsetMs: z.number().nullable().meta({
      description:
        "By how much the database's clock is ahead of its own, in ms. Null: it does not tell.",
    }),
    beatAgeMs: z.number().meta({ description: 'How long ago its last sign of life was, in ms.' }),
    alive: z.boolean(),
  })
  .meta({ id: 'Node', description: 'A process of the application, as the cluster sees it.' });

export const leaderSchema = z
  .object({
    ...holder,
    nodeId: z.string().nullable(),
    vacantSince: instant.nullable(),
    leaseMs: z.number().int(),
    hinted: z.boolean(),
    generation: z.number().int(),
    generationAt: instant.nullable(),
    history: z.array(
      z.object({
        fencingToken: z.number(),
        nodeId: z.string(),
        nodeName: z.string(),
        acquiredAt: instant,
        how: z.string(),
      }),
    ),
  })
  .meta({ id: 'Leader', description: 'Who holds the leader lock, and who held it before.' });

export const stateSchema = z
  .object({
    running: z.boolean(),
    paused: z.boolean().nullable(),
    pauseReason: z.string().nullable(),
    pausedSince: instant.nullable(),
    node: z.object({
      id: z.string(),
      name: z.string(),
      roles: z.array(z.string()),
      isLeader: z.boolean(),
      mode: z.enum(['session', 'pooler']).nullable(),
    }),
    leader: z.object(holder).nullable(),
    nodes: z.array(briefNodeSchema),
    version: z.string(),
    now: instant.nullable(),
  })
  .meta({ id: 'State', description: 'The cluster, and the node that answers.' });

export const taskSchema = z
  .object({
    name: z.string(),
    nodes: z.array(z.string()),
    schema: z.unknown(),
    scope: z.enum(['cluster', 'node']),
  })
  .meta({ id: 'Task', description: 'A task, and the live nodes that can run it.' });

export const statsSchema = z
  .object({
    jobs: z.record(z.string(), z.number()),
    runs: z.record(z.string(), z.number()),
    since: instant,
    countedTo: instant,
    lagMs: percentilesSchema.nullable(),
    durationMs: percentilesSchema.nullable(),
    backlog: z.object({ pending: z.number(), oldestRunAt: instant.nullable() }),
    liveNodes: z.number(),
    now: instant,
  })
  .meta({
    id: 'Stats',
    description:
      'Jobs by state; runs by state, those that ended since an hour of yesterday and those that are open.',
  });

const text = z.string().min(1).max(200);

export const auditQuerySchema = pageQuerySchema.extend({
  job: text.exactOptional(),
  actor: text.exactOptional(),
  action: text.exactOptional(),
  run: z
    .string()
    .regex(/^\d{1,18}$/, { error: 'must be the id of a run' })
    .exactOptional(),
  /** Changes from this instant on, and before the other one. */
  from: instantSchema.exactOptional(),
  to: instantSchema.exactOptional(),
});

export const auditSchema = z
  .object({
    id: z.string(),
    at: instant,
    actor: z.string(),
    action: z.string(),
    jobId: z.string().nullable(),
    runId: z.string().nullable(),
    reason: z.string().nullable(),
    details: z.unknown(),
  })
  .meta({ id: 'AuditEntry', description: 'Who changed what, and why.' });

/** The holder of the leader lock, or null while nobody leads. */
export function holderDto({ nodeId, ...leader }: LeaderInfo) {
  if (nodeId === null) return null;
  return {
    nodeId,
    nodeName: leader.nodeName,
    fencingToken: leader.fencingToken,
    acquiredAt: leader.acquiredAt,
    expiresAt: leader.expiresAt,
  };
}

/** A node in brief, without the tasks that it knows. */
export function briefNodeDto({ id, name, version, roles, startedAt, heartbeatAt }: NodeInfo) {
  return { id, name, version, roles: [...roles], startedAt, heartbeatAt };
}

export function nodeDto(node: NodeInfo) {
  const { tasks, stoppedAt, draining, loopLagMs, blockedSince, blockedBy, alive } = node;
  const { slots, running, clockOffsetMs, beatAgeMs } = node;
  const work =
    slots === null ? null : { total: slots, used: running, free: Math.max(0, slots - running) };
  const vitals = { loopLagMs, blockedSince, blockedBy, slots: work, clockOffsetMs, beatAgeMs };
  return { ...briefNodeDto(node), tasks: [...tasks], stoppedAt, draining, ...vitals, alive };
}

export function leaderDto({ history, ...leader }: LeaderInfo) {
  return {
    nodeId: leader.nodeId,
    nodeName: leader.nodeName,
    fencingToken: leader.fencingToken,
    acquiredAt: leader.acquiredAt,
    expiresAt: leader.expiresAt,
    vacantSince: leader.vacantSince,
    leaseMs: leader.leaseMs,
    hinted: leader.hinted,
    generation: leader.generation,
    generationAt: leader.generationAt,
    history: history.map(({ fencingToken, nodeId, nodeName, acquiredAt, how }) => ({
      fencingToken,
      nodeId,
      nodeName,
      acquiredAt,
      how,
    })),
  };
}

type TaskInfo = Awaited<ReturnType<TasksService['getTasks']>>[number];

export const taskDto = ({ name, nodes, schema, scope }: TaskInfo) => ({
  name,
  nodes: [...nodes],
  schema,
  scope,
});

export const auditDto = (row: AuditRow) => ({
  id: row.id,
  at: row.at,
  actor: row.actor,
  action: row.action,
  jobId: row.jobId,
  runId: row.runId,
  reason: row.reason,
  details: row.details ?? null,
});

/** The body of a pause of the cluster, which may be left out. */
export const pauseClusterSchema = z
  .strictObject({ reason: reason.default(null) })
  .prefault({})
  .meta({ id: 'PauseCluster' });
