import { MemoryClusterStore } from '../../src/tasks/store/memory/cluster/cluster-store.js';
import { MemoryDatabase } from '../../src/tasks/store/memory/database.js';
import { memoryEngineStore } from '../../src/tasks/store/memory/engine-store.js';
import { MemoryJobStore } from '../../src/tasks/store/memory/jobs/job-store.js';
import type { JobStore } from '../../src/tasks/store/job-store.js';
import { FAULTS } from './faults.js';
import type { History } from './history.js';
import { check, type Violation } from './invariants.js';
import { Operator } from './operator.js';
import { Random } from './random.js';
import { Recorder } from './recorder.js';
import { TrueClock } from './simulated-clock.js';
import { DEAD_AFTER_MS, LEASE_MS, SimulatedNode, type World } from './simulated-node.js';
import { Timeline } from './timeline.js';

/** How long things go wrong, and how long they are well before the last look. */
const TROUBLE_MS = 90_000;
const CALM_MS = 50_000;

/** How often the invariants are looked at. */
const LOOK_MS = 5_000;

const ORPHAN_AFTER_MS = 30_000;

export const BOUNDS = {
  takeOverMs: LEASE_MS + 1_000,
  settleMs: 30_000,
  deadAfterMs: DEAD_AFTER_MS,
  slackMs: 1_000,
};

export interface SimulationResult {
  readonly seed: number;
  readonly history: History;
  readonly violations: readonly Violation[];
  /** What happened last. */
  readonly notes: readonly string[];
  readonly simulatedMs: number;
}

export interface SimulationOptions {
  /** In place of the in-memory store: for stores with a planted bug. */
  /** Something in front of the store of each node. Default: nothing. */
  readonly makeStore?: typeof memoryEngineStore | undefined;
  /** Likewise, for what the operator asks. */
  readonly makeJobs?: ((database: MemoryDatabase) => JobStore) | undefined;
}

/**
 * A cluster of real engines on simulated time, over the in-memory store, with faults drawn from a
 * seed. The same seed makes the same history.
 */
export class Simulation {
  readonly timeline = new Timeline();
  readonly server = { away: false };
  readonly database: MemoryDatabase;
  private readonly random: Random;
  private readonly recorder: Recorder;
  private readonly operator: Operator;
  private readonly nodes: SimulatedNode[] = [];
  private readonly world: World;
  private before: History | null = null;
  private violations: Violation[] = [];
  private troubled = true;

  constructor(
    private readonly seed: number,
    options: SimulationOptions = {},
  ) {
    const { timeline, server } = this;
    const random = new Random(seed);
    const clock = new TrueClock(timeline);
    const database = new MemoryDatabase(clock, { leaseMs: LEASE_MS, deadAfterMs: DEAD_AFTER_MS });
    const recorder = new Recorder(database, BOUNDS);
    // Behind a pooler there is neither a hint nor a wake-up.
    const pooled = random.chance(0.2);
    const { makeStore, makeJobs } = options;
    this.world = {
      timeline,
      server,
      recorder,
      random,
      makeStore: (node, log) => {
        const care = { orphanAfterMs: ORPHAN_AFTER_MS, log };
        return makeStore
          ? makeStore(database, node, { care })
          : memoryEngineStore(database, node, { hint: !pooled, hear: !pooled, care });
      },
    };
    this.database = database;
    this.random = random;
    this.recorder = recorder;
    const jobs = makeJobs?.(database) ?? new MemoryJobStore(database);
    const cluster = new MemoryClusterStore(database);
    this.operator = new Operator(jobs, cluster, recorder, timeline, random.fork());
  }

  async run(): Promise<SimulationResult> {
    const size = this.random.whole(2, 5);
    await this.operator.begin();
    for (let i = 0; i < size; i++) this.addNode();
    this.nextFault();
    this.nextEdit();
    for (let at = LOOK_MS; at <= TROUBLE_MS && this.isSound; at += LOOK_MS) await this.go(at);
    if (this.isSound) await this.healAll();
    const end = TROUBLE_MS + CALM_MS;
    for (let at = TROUBLE_MS; at <= end && this.isSound; at += LOOK_MS) await this.go(at);
    return {
      seed: this.seed,
      history: this.recorder.history(),
      violations: this.violations,
      notes: this.recorder.notes,
      simulatedMs: this.timeline.now,
    };
  }

  living(): readonly SimulatedNode[] {
    return this.nodes.filter(({ process }) => process.state !== 'dead');
  }

  addNode(): void {
    const n = this.nodes.length + 1;
    const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const node = new SimulatedNode(this.world, id, `node-${n}`);
    this.nodes.push(node);
    this.recorder.nodeStarted(id);
    void node.start();
  }

  /** @param reconnects the node notices that its listening connection had been dead */
  heal(node: SimulatedNode, reconnects: boolean): void {
    node.link.heal();
    if (reconnects) this.timeline.after(1_000, () => node.store.wakeUps.reconnected());
  }

  databaseIsBack(): void {
    this.server.away = false;
    for (const node of this.living()) {
      this.timeline.after(1_000, () => node.store.wakeUps.reconnected());
    }
  }

  private get isSound(): boolean {
    return this.violations.length === 0;
  }

  private async go(untilMs: number): Promise<void> {
    await this.timeline.run(untilMs);
    const history = this.recorder.history();
    this.violations = check(history, this.before);
    this.before = history;
  }

  private nextFault(): void {
    this.timeline.after(this.random.wait(4_000), () => {
      if (!this.troubled) return;
      if (this.living().length > 0) {
        this.recorder.note(`FAULT: ${this.random.pick(FAULTS)(this, this.random)}`);
      }
      this.nextFault();
    });
  }

  private nextEdit(): void {
    this.timeline.after(this.random.wait(2_500), () => {
      if (!this.troubled) return;
      void this.operator.act();
      this.nextEdit();
    });
  }

  /** Faults that go on are undone, so that the time of calm begins. */
  private async healAll(): Promise<void> {
    this.troubled = false;
    await this.operator.end();
    this.databaseIsBack();
    for (const node of this.living()) {
      node.process.thaw(true);
      this.heal(node, true);
    }
    if (this.living().length === 0) this.addNode();
    this.recorder.note('CALM');
    this.recorder.calmSince = this.database.now();
  }
}
