import { Inject, Injectable } from '@nestjs/common';
import { ClusterNode } from '../node/cluster-node.js';
import type { EngineStore } from '../store/engine-store.js';
import type { NodeIdentity } from '../store/postgres/session/engine-options.js';
import { MemoryDatabase } from '../store/memory/database.js';
import { memoryEngineStore } from '../store/memory/engine-store.js';

/** A node like any other, on the database in memory. */
@Injectable()
export class MemoryClusterNode extends ClusterNode {
  override readonly ownsProcess = false;
  @Inject(MemoryDatabase) private readonly memory!: MemoryDatabase;

  protected override async openStore(node: NodeIdentity): Promise<EngineStore> {
    const { orphanAfterMs } = this.options;
    return memoryEngineStore(this.memory, node, { care: { orphanAfterMs, log: this.logger } });
  }

  protected override async closeStore(): Promise<void> {}
}
