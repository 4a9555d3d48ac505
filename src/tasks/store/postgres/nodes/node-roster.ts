import { NodeRoster, type Heartbeat } from '../../node-roster.js';
import type { PostgresStoreOptions } from '../session/engine-options.js';
import type { EnginePool } from '../session/engine-pool.js';
import { beat } from './beat.js';
import { leave } from './leave.js';
import { readGeneration, register } from './register.js';

export class PostgresNodeRoster extends NodeRoster {
  /** By how much the database's clock is ahead of this node's, as the last answer has it, in ms. */
  private offsetMs: number | null = null;

  constructor(
    private readonly options: PostgresStoreOptions,
    private readonly pool: EnginePool,
  ) {
    super();
  }

  async register(): Promise<void> {
    const { schema, deadAfterMs } = this.options;
    const [row] = await this.pool.query<{ generation: string }>(readGeneration(schema), []);
    await this.pool.query(register(schema), [...this.values(), row?.generation, deadAfterMs]);
  }

  async beat(): Promise<Heartbeat> {
    const { schema, deadAfterMs, node, clock, shift } = this.options;
    const askedAt = clock.now().getTime();
    const [row] = await this.pool.query<Heartbeat>(beat(schema), [
      ...this.values(),
      ...this.vitals(),
      deadAfterMs,
      node.slots ?? null,
      this.offsetMs,
    ]);
    if (!row) throw new Error('the heartbeat gave no answer');
    // The database looked at its clock in between, give or take half of what the answer took.
    const middle = (askedAt + clock.now().getTime()) / 2;
    this.offsetMs = Math.round(row.at.getTime() - shift.ms - middle);
    return row;
  }

  async leave(): Promise<void> {
    const { schema, shift, node } = this.options;
    await this.pool.query(leave(schema), [shift.bound, node.id]);
  }

  private vitals(): unknown[] {
    const { vitals } = this.options.node;
    const { since = null, by = null } = vitals?.blocked ?? {};
    return [vitals?.loopLagMs ?? null, since, by];
  }

  private values(): unknown[] {
    const { shift, node } = this.options;
    const { id, name, version, schemaVersion, roles } = node;
    const declared = [JSON.stringify(node.tasks), JSON.stringify(node.jobs)];
    return [shift.bound, id, name, version, schemaVersion, roles, ...declared];
  }
}
