import { Get, Req } from '@nestjs/common';
import { z } from 'zod';
import { NodeStatus } from '../../node/node-status.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { API_ROLES, covers } from '../api-key.js';
import { MAX_IN_BULK } from '../jobs/bulk.dto.js';
import { callerOf } from '../access/caller.js';
import { Operation } from '../protocol/operation.decorator.js';
import { Requires } from '../access/requires.decorator.js';

export const capabilitiesSchema = z
  .object({
    caller: z.object({
      name: z.string(),
      role: z.enum(API_ROLES),
      via: z.enum(['key', 'session', 'open', 'host']),
    }),
    may: z.record(z.enum(API_ROLES), z.boolean()),
    version: z.string(),
    mode: z.enum(['session', 'pooler']).nullable(),
    roles: z.array(z.string()),
    limits: z.object({ page: z.number(), bulk: z.number() }),
  })
  .meta({ id: 'Capabilities', description: 'Who asks, and what may be asked for.' });

/** What whoever asks may do, so that a page shows no button that would be refused. */
@ApiController('capabilities')
export class CapabilitiesController {
  constructor(private readonly status: NodeStatus) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'Who I am, and what I may do',
    answers: { 200: capabilitiesSchema },
    examples: [{ title: 'Mine', status: 200 }],
  })
  capabilities(@Req() request: object) {
    const { name = 'anonymous', role = 'viewer', via = 'open' } = callerOf(request) ?? {};
    const { version, mode, roles } = this.status;
    return {
      caller: { name, role, via },
      may: Object.fromEntries(API_ROLES.map((needed) => [needed, covers(role, needed)])),
      version,
      mode,
      roles,
      limits: { page: 500, bulk: MAX_IN_BULK },
    };
  }
}
