import type { Random } from './random.js';
import type { Simulation } from './simulation.js';
import type { SimulatedNode } from './simulated-node.js';

/** What can happen to a cluster. A fault says what it was and undoes itself after a while. */
export type Fault = (simulation: Simulation, random: Random) => string;

/** As often as they are listed. */
export const FAULTS: readonly Fault[] = [
  crash,
  crash,
  stop,
  freeze,
  freeze,
  suspend,
  cutOff,
  cutOff,
  cutOff,
  flaky,
  flaky,
  slow,
  loseSession,
  loseSession,
  jumpClock,
  databaseAway,
];

function crash(simulation: Simulation, random: Random): string {
  const node = victim(simulation, random);
  const withMachine = random.chance(0.4);
  node.crash(withMachine);
  replace(simulation, random);
  return `${node.name} ${withMachine ? 'loses its machine' : 'is killed'}`;
}

function stop(simulation: Simulation, random: Random): string {
  const node = victim(simulation, random);
  void node.stop();
  replace(simulation, random);
  return `${node.name} is told to stop`;
}

function freeze(simulation: Simulation, random: Random): string {
  const node = victim(simulation, random);
  const ms = length(random);
  const timersFirst = random.chance(0.5);
  node.process.freeze();
  simulation.timeline.after(ms, () => node.process.thaw(timersFirst));
  return `${node.name} is frozen for ${ms} ms`;
}

/** The machine sleeps: its monotonic clock stands still, its wall clock goes on. */
function suspend(simulation: Simulation, random: Random): string {
  const node = victim(simulation, random);
  const ms = length(random);
  if (node.process.state === 'running') {
    node.process.suspend();
    simulation.timeline.after(ms, () => node.process.thaw(true));
    // Its connections are missed by then.
    if (ms > 4_000) simulation.timeline.after(4_000, () => void node.store.lock.cut());
  }
  return `${node.name} sleeps for ${ms} ms`;
}

function cutOff(simulation: Simulation, random: Random): string {
  const node = victim(simulation, random);
  const ms = length(random);
  const how = random.pick(['requests lost', 'requests held', 'answers lost', 'both lost'] as const);
  if (how === 'requests held') node.link.requests = 'held';
  if (how === 'requests lost' || how === 'both lost') node.link.requests = 'lost';
  if (how === 'answers lost' || how === 'both lost') node.link.answers = 'lost';
  if (ms > 4_000) simulation.timeline.after(4_000, () => void node.store.lock.cut());
  const reconnects = random.chance(0.5);
  simulation.timeline.after(ms, () => simulation.heal(node, reconnects));
  return `${node.name} is cut off for ${ms} ms: ${how}`;
}

function flaky(simulation: Simulation, random: Random): string {
  const node = victim(simulation, random);
  const ms = length(random);
  node.link.breaksBefore = random.between(0, 0.3);
  node.link.breaksAfter = random.between(0, 0.3);
  simulation.timeline.after(ms, () => simulation.heal(node, true));
  return `connections of ${node.name} break for ${ms} ms`;
}

function slow(simulation: Simulation, random: Random): string {
  const node = victim(simulation, random);
  const ms = length(random);
  node.link.slowMs = random.wait(800);
  simulation.timeline.after(ms, () => simulation.heal(node, false));
  return `${node.name} is slow for ${ms} ms`;
}

function loseSession(simulation: Simulation, random: Random): string {
  const node = victim(simulation, random);
  void node.store.lock.cut();
  return `the server ends the session of ${node.name}`;
}

function jumpClock(simulation: Simulation, random: Random): string {
  const node = random.pick(simulation.living());
  const ms = random.whole(-3_600_000, 3_600_000);
  node.clock.skewMs += ms;
  return `the wall clock of ${node.name} is moved by ${ms} ms`;
}

function databaseAway(simulation: Simulation, random: Random): string {
  const ms = length(random);
  simulation.server.away = true;
  for (const node of simulation.living()) void node.store.lock.cut();
  simulation.timeline.after(ms, () => simulation.databaseIsBack());
  return `the database is away for ${ms} ms`;
}

function replace(simulation: Simulation, random: Random): void {
  simulation.timeline.after(random.between(100, 6_000), () => simulation.addNode());
}

/** The leader more often than its share: most can go wrong there. */
function victim(simulation: Simulation, random: Random): SimulatedNode {
  const leader = simulation.living().find(({ id }) => id === simulation.database.lock.nodeId);
  return leader && random.chance(0.5) ? leader : random.pick(simulation.living());
}

/** Short, about as long as a lease, or longer than all that the cluster waits for. */
function length(random: Random): number {
  const [from, to] = random.pick([
    [50, 3_000],
    [3_000, 6_000],
    [6_000, 20_000],
  ] as const);
  return Math.round(random.between(from, to));
}
