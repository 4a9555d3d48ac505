import { Get, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { invariantsOf } from '../../domain/problems/invariants.js';
import { ClusterProblems } from '../../service/cluster-problems.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { Requires } from '../access/requires.decorator.js';

/** What shall always hold, looked at now: for people, and for probes that only look at the status. */
@ApiController('health/invariants')
export class InvariantsController {
  constructor(
    private readonly cluster: ClusterProblems,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** 503 while one of them does not hold. */
  @Get()
  @Requires('viewer')
  async all(@Res({ passthrough: true }) response: unknown) {
    const { problems, now } = await this.cluster.judge();
    const items = invariantsOf(problems);
    const holds = items.every((invariant) => invariant.holds);
    if (!holds) this.adapterHost.httpAdapter.status(response, 503);
    return { status: holds ? 'ok' : 'violated', items, now };
  }
}
