import { Inject, Injectable } from '@nestjs/common';
import { ClusterNode } from '../node/cluster-node.js';
import { engineOptions } from '../node/make-engine.js';
import type { NodeIdentity } from '../store/node-roster.js';
import { MemoryDatabase } from '../store/memory/database.js';
import type { EngineHandle } from '../thread/engine-handle.js';
import { EngineHere } from '../thread/engine-here.js';
import { memoryEngineStore } from '../store/memory/engine-store.js';

/** A node like any other, on the database in memory. */
@Injectable()
export class MemoryClusterNode extends ClusterNode {
  override readonly ownsProcess = false;
  @Inject(MemoryDatabase) private readonly memory!: MemoryDatabase;

  protected override async makeEngine(node: NodeIdentity): Promise<EngineHandle> {
    const { orphanAfterMs } = this.options;
    const care = { orphanAfterMs, log: this.logger };
    return new EngineHere({
      options: engineOptions(this.options),
      openStore: async () => memoryEngineStore(this.memory, node, { care }),
      clock: this.clock,
      log: this.logger,
      hear: this.surroundings().hear,
      drop: () => undefined,
    });
  }

  protected override async closeStore(): Promise<void> {}
}
