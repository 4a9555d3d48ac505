import { Get } from '@nestjs/common';
import { z } from 'zod';
import { NodeStatus } from '../../node/node-status.js';
import { TasksOptions } from '../../tasks.options.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { Requires } from '../access/requires.decorator.js';
import { Operation } from '../protocol/operation.decorator.js';

/** What may be shown: no address, no key, nothing of the host's. */
const SHOWN = [
  'store',
  'schema',
  'migrations',
  'roles',
  'concurrency',
  'poolSize',
  'shutdownGraceMs',
  'leaseMs',
  'heartbeatMs',
  'deadAfterMs',
  'orphanAfterMs',
  'startTimeoutMs',
  'retentionDays',
  'hint',
] as const satisfies readonly (keyof TasksOptions)[];

export const settingsSchema = z
  .object({
    node: z.object({
      id: z.string(),
      name: z.string(),
      version: z.string(),
      mode: z.enum(['session', 'pooler']).nullable(),
    }),
    settings: z.object({
      store: z.enum(['postgres', 'memory']),
      schema: z.string(),
      migrations: z.enum(['run', 'check']),
      roles: z.array(z.string()),
      concurrency: z.int(),
      poolSize: z.int(),
      shutdownGraceMs: z.int(),
      leaseMs: z.int(),
      heartbeatMs: z.int(),
      deadAfterMs: z.int(),
      orphanAfterMs: z.int(),
      startTimeoutMs: z.int(),
      retentionDays: z.number(),
      hint: z.boolean(),
      timeZone: z.string().nullable(),
    }),
  })
  .meta({
    id: 'Settings',
    description: 'What is in force on the node that answers, given or by default; nothing secret.',
  });

/** What this node was told. */
@ApiController('settings')
export class SettingsController {
  constructor(
    private readonly options: TasksOptions,
    private readonly status: NodeStatus,
  ) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'The settings in force on the node that answers, without secrets',
    answers: { 200: settingsSchema },
    examples: [{ title: 'Of this node', status: 200 }],
  })
  settings() {
    const { id, name, version, mode } = this.status;
    const shown = Object.fromEntries(SHOWN.map((option) => [option, this.options[option]]));
    const { timeZone = null } = this.options;
    return { node: { id, name, version, mode }, settings: { ...shown, timeZone } };
  }
}
