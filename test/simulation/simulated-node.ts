import { Engine } from '../../src/tasks/engine/engine.js';
import type { Log } from '../../src/tasks/domain/log.js';
import { TaskRegistry } from '../../src/tasks/registry/task-registry.js';
import { Runner } from '../../src/tasks/runner/runner.js';
import type { EngineStore } from '../../src/tasks/store/engine-store.js';
import type { MemoryNode } from '../../src/tasks/store/memory/nodes/node-roster.js';
import { faultyStore, type FaultyStore } from './faulty-store.js';
import { simulatedHandler } from './handlers.js';
import { Link, type Server } from './link.js';
import type { Random } from './random.js';
import type { Recorder } from './recorder.js';
import { SimulatedClock } from './simulated-clock.js';
import { SimulatedProcess } from './simulated-process.js';
import type { Timeline } from './timeline.js';

/** The task of every simulated job. */
export const TASK = 'work';

export const LEASE_MS = 5_000;
export const HEARTBEAT_MS = 2_000;
export const DEAD_AFTER_MS = 10_000;

const CONCURRENCY = 6;
const GRACE_MS = 3_000;
const REGISTER_AGAIN_MS = 1_000;

export interface World {
  readonly timeline: Timeline;
  readonly server: Server;
  readonly recorder: Recorder;
  readonly random: Random;
  readonly makeStore: (node: MemoryNode, log: Log) => EngineStore;
}

/** The real engine and the real runner in a process, on a machine and behind a link of pretence. */
export class SimulatedNode {
  readonly process: SimulatedProcess;
  readonly clock: SimulatedClock;
  readonly link: Link;
  readonly store: FaultyStore;
  private readonly engine: Engine;
  private readonly runner: Runner;

  constructor(
    private readonly world: World,
    readonly id: string,
    readonly name: string,
  ) {
    const { timeline, server, random, recorder, makeStore } = world;
    this.process = new SimulatedProcess(timeline);
    const rate = random.chance(0.3) ? random.between(0.95, 1.05) : 1;
    const skewMs = random.chance(0.3) ? random.whole(-3_600_000, 3_600_000) : 0;
    this.clock = new SimulatedClock(timeline, this.process, rate, skewMs);
    this.link = new Link(timeline, this.process, server, random.fork());
    const roles = ['scheduler', 'worker'];
    const node = { id, name, version: '1.0.0', roles, tasks: { [TASK]: null }, jobs: {} };
    const log = this.log();
    this.store = faultyStore(() => makeStore(node, log), this.link);
    const registry = new TaskRegistry();
    const handler = simulatedHandler(recorder, this.clock, random.fork(), id);
    registry.register({ name: TASK, source: 'simulation', handler, job: null });
    this.runner = new Runner(registry, CONCURRENCY, this.clock, log);
    const timings = { leaseMs: LEASE_MS, heartbeatMs: HEARTBEAT_MS, deadAfterMs: DEAD_AFTER_MS };
    this.engine = new Engine(
      { roles, tasks: [TASK], ...timings },
      this.store,
      this.clock,
      log,
      (message) => {
        if (message.type !== 'leads' && message.type !== 'database') this.runner.handle(message);
      },
    );
  }

  /** As the real node begins: it makes itself known, however long that takes. */
  async start(): Promise<void> {
    for (;;) {
      try {
        await this.store.roster.register();
        break;
      } catch {
        await this.clock.sleep(REGISTER_AGAIN_MS);
      }
    }
    this.engine.start();
    this.runner.attach((message) => this.engine.post(message));
  }

  /** SIGTERM. */
  async stop(): Promise<void> {
    await this.engine.retire();
    await this.runner.drain(GRACE_MS);
    await this.engine.close();
    this.end();
  }

  /** SIGKILL, or the end of the whole machine: then the server misses it only after a while. */
  crash(withMachine: boolean): void {
    this.process.kill();
    if (withMachine) this.link.requests = 'lost';
    void this.store.close();
    this.end();
  }

  private end(): void {
    this.process.kill();
    this.world.recorder.nodeEnded(this.id);
  }

  private log(): Log {
    const write = (message: string) => this.world.recorder.note(`${this.name}: ${message}`);
    return { error: write, warn: write, log: write, debug: write };
  }
}
