import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../src/tasks/store/postgres/migrate.js';
import { Random } from '../simulation/random.js';
import type { Violation } from '../simulation/invariants.js';
import { auditBank, openBank } from './bank-book.js';
import { Cluster } from './cluster.js';
import type { Inflicted } from './fault.js';
import { figuresOf } from './figures.js';
import { fillEverySlot } from './full-house.js';
import { readHistory } from './history.js';
import { Nemesis } from './nemesis.js';
import { judgeLiveness } from './liveness.js';
import { makeNodeRole, openSchema } from './node-role.js';
import { Observer } from './observer.js';
import type { ChaosOptions } from './options.js';
import { PostgresServer } from './postgres-server.js';
import { Pooler } from './pooler.js';
import { ReadinessWatch } from './readiness.js';
import { machine, type Report } from './report.js';
import { judge, recover, type Recovery } from './verdict.js';
import { installWitnesses } from './witnesses.js';
import { Workload } from './workload.js';

/**
 * A cluster of real processes on a real PostgreSQL, broken for some minutes.
 *
 *   start ─▶ faults and changes, as the seed has them ─▶ heal ─▶ well again? ─▶ stop ─▶ judge
 *
 * @param stop ends it early, as if the time were over
 */
export async function runChaos(
  options: ChaosOptions,
  stop: AbortSignal,
  told: (fault: Inflicted) => void,
): Promise<Report> {
  const startedAt = new Date();
  const random = new Random(options.seed);
  const { nodes, out, scenario } = options;
  const transfers = scenario === 'transfers';
  const places = transfers && options.places.length === 0 ? IN_A_TRANSACTION : options.places;
  const server = await PostgresServer.start(options.server);
  const observer = new Observer(server.url);
  let pooler: Pooler | null = null;
  let cluster: Cluster | null = null;
  try {
    const nodesUrl = await makeNodeRole(observer, server.url);
    if (scenario === 'pooler') pooler = await Pooler.before(nodesUrl, server.user);
    const databaseUrl = pooler?.url ?? nodesUrl;
    const app = transfers ? 'runs' : 'main';
    const directUrl = pooler && nodesUrl;
    const plan = {
      nodes,
      out,
      databaseUrl,
      directUrl,
      asPooler: scenario === 'polling',
      app,
    } as const;
    cluster = new Cluster(plan, observer, random.fork());
    await migrate(nodesUrl, 'carillon');
    await installWitnesses(observer);
    await openSchema(observer, 'chaos');
    const query = <Row extends object>(sql: string) => observer.query<Row>(sql);
    await openBank(query);
    await openSchema(observer, 'bank');
    await cluster.start();
    const world = { cluster, server, observer, places };
    const nemesis = new Nemesis(world, options, random.fork(), told);
    const workload = new Workload(cluster, random.fork(), transfers);
    const watch = new ReadinessWatch(cluster);
    await breakThings(options, nemesis, workload, watch, stop);
    const recovery = await recover(observer, cluster, workload);
    const calmedAt = Date.now();
    const slots = transfers ? [] : await fillEverySlot(observer, cluster);
    const stuck = await stopInOrder(cluster);
    const history = await readHistory(observer, cluster, workload, null);
    const { timeline } = nemesis;
    // What comes after that is a flood of the harness's own.
    const pauses = [...workload.whenPaused(), { from: calmedAt, to: Infinity }];
    const liveness = await judgeLiveness(observer, history, timeline, pauses, watch.stalls);
    const violations = [
      ...liveness.violations,
      ...(transfers ? [] : await watch.judge(observer, history, timeline, pauses)),
      ...slots,
      ...(await judge(observer, history, timeline)),
      ...(await auditBank(query)),
      ...complaints(cluster, nemesis, workload, recovery),
      ...stuck,
    ];
    return {
      options,
      startedAt,
      tookMs: Date.now() - startedAt.getTime(),
      machine: machine(server.version),
      recoveredMs: recovery.ms,
      figures: await figuresOf(observer, history, timeline, violations),
      changes: workload.acknowledged,
      violations,
      liveness,
      timeline,
    };
  } finally {
    await cluster?.end('SIGKILL');
    await pooler?.stop();
    await observer.close().catch(() => undefined);
    await server.remove();
  }
}

/** Where a crash must leave nothing half-done; after the commit, where it must leave all of it. */
const IN_A_TRANSACTION = [
  'handler:half-way',
  'handler:after-last-write',
  'transaction:before-commit',
  'transaction:after-commit',
];

async function breakThings(
  { minutes, rate }: ChaosOptions,
  nemesis: Nemesis,
  workload: Workload,
  watch: ReadinessWatch,
  stop: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, stop]);
  // Each life of the workload sleeps on it.
  setMaxListeners(0, signal);
  const going = Promise.all([
    nemesis.rage(rate, signal),
    workload.run(signal),
    watch.watch(signal),
  ]);
  const time = sleep(minutes * 60_000, undefined, { signal }).catch(() => undefined);
  await Promise.race([time, going]);
  over.abort();
  await going;
}

async function stopInOrder({ slots }: Cluster): Promise<Violation[]> {
  const stops = slots.map(async ({ node }) => {
    const inTime = await node.end('SIGTERM');
    return inTime ? [] : [said('a stop is bounded')(`${node.name} did not end after a SIGTERM`)];
  });
  return (await Promise.all(stops)).flat();
}

const said = (invariant: string) => (detail: string) => ({ invariant, detail, evidence: [] });

/** What is wrong beside the invariants. */
function complaints(
  cluster: Cluster,
  nemesis: Nemesis,
  workload: Workload,
  recovery: Recovery,
): Violation[] {
  const crashed = cluster.all.filter(({ isAlive, mayDie }) => !isAlive && !mayDie);
  return [
    ...recovery.violations,
    ...nemesis.complaints.map(said('a fault can be taken back')),
    ...workload.complaints.map(said('a change is done or refused for a reason')),
    ...crashed.map(({ name }) => name).map(said('no process ends by itself')),
  ];
}
