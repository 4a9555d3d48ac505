import { Injectable } from '@nestjs/common';
import type { Run } from '../../domain/run.js';
import { TasksService } from '../../service/tasks.service.js';
import { ClusterStore } from '../../store/cluster-store.js';
import { boundPage } from '../protocol/page.dto.js';
import { askedDto, runDto, type RunQueryDto } from './run.dto.js';

/** Pages of the ledger, with what else is asked of each run. */
@Injectable()
export class RunLists {
  constructor(
    private readonly tasks: TasksService,
    private readonly cluster: ClusterStore,
  ) {}

  async page({ total, include, ...query }: RunQueryDto) {
    const [page, counted] = await Promise.all([
      boundPage(query, (bound) => this.tasks.getRuns(bound)),
      total && this.tasks.countRuns(query),
    ]);
    const items = include === undefined ? page.items.map(runDto) : await this.asked(page.items);
    return { items, nextCursor: page.nextCursor, ...(counted && { total: counted }) };
  }

  /** Runs with whoever asked for them. */
  async asked(runs: readonly Run[]) {
    const byHand = runs.filter(({ cause }) => cause !== 'fired');
    const requests =
      byHand.length > 0 ? await this.cluster.requests(byHand.map(({ id }) => id)) : undefined;
    return runs.map((run) => ({ ...runDto(run), asked: askedDto(requests?.get(run.id)) }));
  }
}
