import { BenchCluster, type BenchNode } from './bench-cluster.js';
import { benchDatabase, type BenchDatabase } from './bench-host.js';

/**
 * How long nobody leads, with the lease that users get (5 s): after the leader was asked to go, killed,
 * frozen and cut off. By the clock of the database's machine, which is ours.
 */
const LEASE_MS = 5_000;
const BOUND_MS = LEASE_MS + 1_000;

interface Case {
  readonly name: string;
  readonly times: number;
  readonly hint: boolean;
  readonly hit: (node: BenchNode) => Promise<void> | void;
  /** What must be done to the node afterwards. */
  readonly mend: 'replace' | 'thaw';
  readonly median?: number;
  readonly most: number;
}

const CASES: readonly Case[] = [
  {
    name: 'asked to go (SIGTERM)',
    times: 10,
    hint: true,
    hit: ({ process }) => process.signal('SIGTERM'),
    mend: 'replace',
    most: 100,
  },
  {
    name: 'killed, with the hint',
    times: 20,
    hint: true,
    hit: ({ process }) => process.signal('SIGKILL'),
    mend: 'replace',
    median: 100,
    most: 500,
  },
  {
    name: 'killed, without the hint',
    times: 5,
    hint: false,
    hit: ({ process }) => process.signal('SIGKILL'),
    mend: 'replace',
    most: BOUND_MS,
  },
  {
    name: 'frozen (SIGSTOP)',
    times: 5,
    hint: true,
    hit: ({ process }) => process.signal('SIGSTOP'),
    mend: 'replace',
    most: BOUND_MS,
  },
  {
    name: 'cut off (packets vanish)',
    times: 5,
    hint: true,
    hit: ({ relay }) => {
      relay!.set('up', { kind: 'swallow' });
      relay!.set('down', { kind: 'swallow' });
    },
    mend: 'thaw',
    most: BOUND_MS,
  },
];

export async function run(): Promise<boolean> {
  const database = await benchDatabase();
  console.log(`\nUntil the next leader, lease ${LEASE_MS} ms, ${database.version}, in ms`);
  let kept = true;
  try {
    for (const one of CASES) kept = (await tryCase(database, one)) && kept;
  } finally {
    await database.remove();
  }
  return kept;
}

async function tryCase(database: BenchDatabase, one: Case): Promise<boolean> {
  const options = { hint: one.hint, leaseMs: LEASE_MS };
  const cluster = new BenchCluster(database, 'every-second', options, 'relayed');
  const took: number[] = [];
  try {
    for (let n = 0; n < 3; n++) await cluster.start();
    for (let n = 0; n < one.times; n++) took.push(await hit(database, cluster, one));
  } finally {
    await cluster.stop();
  }
  took.sort((a, b) => a - b);
  const median = took[Math.floor(took.length / 2)]!;
  const most = took.at(-1)!;
  const isKept = median <= (one.median ?? one.most) && most <= one.most;
  const budget = one.median === undefined ? `${one.most}` : `${one.median} / ${one.most}`;
  console.log(
    `${one.name.padEnd(28)} n ${String(took.length).padStart(2)}  median ${median}  max ${most}  ` +
      `budget ${budget}${isKept ? '' : '  NOT KEPT'}`,
  );
  return isKept;
}

async function hit(database: BenchDatabase, cluster: BenchCluster, one: Case): Promise<number> {
  // It has shown that it works, and the others have seen it.
  await nextFire(database);
  await nextFire(database);
  const { node, token } = await cluster.leader();
  const at = Date.now();
  await one.hit(node);
  const [next] = await database.until<{ acquired_at: Date }>(
    'the next leader',
    `SELECT acquired_at FROM carillon.leader_history WHERE fencing_token > $1
     ORDER BY fencing_token LIMIT 1`,
    token,
  );
  if (one.mend === 'thaw') node.relay!.heal();
  else {
    await cluster.end(node, 'SIGKILL');
    await cluster.start();
  }
  return next!.acquired_at.getTime() - at;
}

async function nextFire(database: BenchDatabase): Promise<void> {
  const [last] = await database.query<{ id: string }>(
    'SELECT coalesce(max(id), 0)::text AS id FROM carillon.runs',
  );
  await database.until(
    'a fire',
    `SELECT 1 FROM carillon.runs WHERE id > $1::bigint AND state <> 'skipped' LIMIT 1`,
    last!.id,
  );
}
