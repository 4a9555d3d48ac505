import { Get } from '@nestjs/common';
import { z } from 'zod';
import { PROBLEM_KINDS, SEVERITIES } from '../../domain/problems/situation.js';
import { ClusterProblems } from '../../service/cluster-problems.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { Requires } from '../access/requires.decorator.js';
import { instant } from '../protocol/instant.dto.js';
import { Operation } from '../protocol/operation.decorator.js';

const named = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    since: instant.nullable(),
    inARow: z.number().int().exactOptional(),
  }),
);

export const problemSchema = z
  .object({
    kind: z.enum(PROBLEM_KINDS),
    severity: z.enum(SEVERITIES),
    since: instant.nullable(),
    message: z.string(),
    remedy: z.string(),
    count: z.number().int(),
    jobs: named,
    nodes: named,
    link: z.string(),
  })
  .meta({
    id: 'ClusterProblem',
    description:
      'What is wrong, and what to do about it. inARow: of a job that fails, how often in a row, up to 10. At most 20 jobs and nodes are named; the link, from where the API begins, tells more.',
  });

/** What an operator is to look at first. */
@ApiController('problems')
export class ProblemsController {
  constructor(private readonly cluster: ClusterProblems) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'What is wrong now, the worst first',
    answers: { 200: z.object({ items: z.array(problemSchema), now: instant }) },
    examples: [{ title: 'Now', status: 200 }],
  })
  async list() {
    const { problems: items, now } = await this.cluster.judge();
    return { items, now };
  }
}
