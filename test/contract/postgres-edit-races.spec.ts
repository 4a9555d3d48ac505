import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Fire } from '../../src/tasks/store/fire-ledger.js';
import type { ChangeOptions } from '../../src/tasks/store/job-store.js';
import type { SqlRunner } from '../../src/tasks/store/sql-runner.js';
import { tasksDataSource } from '../../src/tasks/store/postgres/data-source.js';
import { later, minutes, TASK } from '../support/builders.js';
import { Random } from '../simulation/random.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aNodeAtWork, claim, clockOf, lead, planDue } from './scenes.js';
import type { TestNode } from './test-store.js';

/**
 * An acknowledged pause, edit or removal of a job is never followed by a fire of its old plan, nor a
 * pause or removal by a start of what was fired before: here against two nodes that fire what is due,
 * fire again what they planned long ago, and claim, all at the same time and without a rest.
 *
 * What the ledger says is looked at in the transaction of the change itself, right before its commit:
 * nothing of the old plan may come after that.
 */

const RACES = 1_000;
const AT_ONCE = 100;

/** So few fires in a statement that a round of them takes as long as a round of changes. */
const SOME = 3;

const makeStore = postgresStores();
let store: PostgresTestStore;
let host: DataSource;
let nodes: readonly TestNode[];
let token: number;

beforeEach(async () => {
  store = await makeStore();
  host = await tasksDataSource(store.url, store.schema).initialize();
  nodes = [await aNodeAtWork(store, 'north'), await aNodeAtWork(store, 'south')];
  token = await lead(nodes[0]!);
});
afterEach(async () => {
  await host.destroy();
  await store.close();
});

/** What a change promises, besides that the old plan fires no more. */
const CHANGES = {
  pause: (id: string, by: ChangeOptions) => store.jobs.pause(id, {}, by),
  remove: (id: string, by: ChangeOptions) => store.jobs.remove(id, by),
  edit: (id: string, by: ChangeOptions) =>
    store.jobs.modify(id, { trigger: { type: 'interval', hours: 7 } }, by),
};
const KINDS = ['pause', 'remove', 'edit'] as const;

interface Race {
  readonly id: string;
  readonly kind: (typeof KINDS)[number];
  readonly delayMs: number;
  /** What the change left behind. */
  left: Ledger;
}

/** The runs of a job with their states, and its plan. */
interface Ledger {
  readonly runs: ReadonlyMap<string, string>;
  readonly plan: string | null;
}

const NOTHING: Ledger = { runs: new Map(), plan: null };

it(`a change of a job is never followed by its old plan, in ${RACES} races`, async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const random = new Random(seed);
  const won = { changes: 0, fires: 0, claims: 0 };
  for (let n = 0; n < RACES / AT_ONCE; n++) {
    const races = await aRound(n, random);
    const ledgers = await ledgersOf(
      races.map(({ id }) => id),
      host.manager,
    );
    for (const race of races) {
      const after = ledgers.get(race.id) ?? NOTHING;
      expect(wrongs(race, after), `seed ${seed}, ${race.kind} of ${race.id}`).toEqual([]);
      won[winnerOf(race)]++;
    }
  }
  // A race that one side always wins is none.
  for (const wins of Object.values(won)) expect(wins, `seed ${seed}`).toBeGreaterThan(RACES / 100);
}, 120_000);

async function aRound(n: number, random: Random): Promise<readonly Race[]> {
  const races = Array.from({ length: AT_ONCE }, (_, m): Race => {
    const kind = random.pick(KINDS);
    return { id: `${n}-${m}`, kind, delayMs: random.whole(0, 150), left: NOTHING };
  });
  await makeDue(races);
  const old = await planDue(store, nodes[0]!);
  const changed = new AbortController();
  const work = nodes.flatMap((node) => [
    keepDoing(changed.signal, () => fireSome(node, old, random)),
    keepDoing(changed.signal, () => claimOne(node, random)),
  ]);
  await Promise.all(races.map(change));
  changed.abort();
  await Promise.all(work);
  return races;
}

/** Jobs that fire every minute, with their first fire time now. */
async function makeDue(races: readonly Race[]): Promise<void> {
  const { quoted } = store.schema;
  const now = await clockOf(store);
  const trigger = { type: 'interval', minutes: 1, startAt: now.toISOString() };
  const ids = races.map(({ id }) => id);
  await store.query(
    `INSERT INTO ${quoted}.jobs (id, name, task, trigger, coalesce, overlap, max_instances, origin,
                                 state, created_at, updated_at)
     SELECT id, id, $2, $3, 'latest', 'skip', 1, 'api', 'active', $4, $4
     FROM unnest($1::text[]) AS j (id)`,
    [ids, TASK, JSON.stringify(trigger), later(now, -minutes(1))],
  );
  await store.query(
    `INSERT INTO ${quoted}.job_plans (job_id, next_fire_at, revision)
     SELECT id, $2, 1 FROM unnest($1::text[]) AS j (id)`,
    [ids, now],
  );
}

/** Some more after it is told to stop: what was changed last must be left alone too. */
async function keepDoing(stopped: AbortSignal, what: () => Promise<unknown>): Promise<void> {
  while (!stopped.aborted) await what();
  for (let n = 0; n < 3; n++) await what();
}

/** Some of what is due now, or of what was due when the round began. */
async function fireSome(node: TestNode, old: readonly Fire[], random: Random): Promise<void> {
  await sleep(random.whole(0, 3));
  const fires = random.chance(0.5) ? old : await planDue(store, node);
  const from = random.whole(0, Math.max(0, fires.length - SOME));
  await node.fires.fire(token, 0, fires.slice(from, from + SOME));
}

/** Seldom enough that some of what is fired is still pending when its job is changed. */
async function claimOne(node: TestNode, random: Random): Promise<void> {
  await sleep(random.whole(0, 15));
  await claim(node, 1);
}

async function change(race: Race): Promise<void> {
  await sleep(race.delayMs);
  await host.transaction(async (manager) => {
    await CHANGES[race.kind](race.id, { manager });
    race.left = (await ledgersOf([race.id], manager)).get(race.id) ?? NOTHING;
  });
}

async function ledgersOf(
  ids: readonly string[],
  sql: SqlRunner,
): Promise<ReadonlyMap<string, Ledger>> {
  const { quoted } = store.schema;
  const rows = await sql.query<(Omit<Ledger, 'runs'> & { id: string; runs: [string, string][] })[]>(
    `SELECT i.id, format('next %s, last %s', p.next_fire_at, p.last_fire_at) AS plan,
            (SELECT coalesce(json_agg(json_build_array(r.id::text, r.state)), '[]')
             FROM ${quoted}.runs r WHERE r.job_id = i.id) AS runs
     FROM unnest($1::text[]) AS i (id) LEFT JOIN ${quoted}.job_plans p ON p.job_id = i.id`,
    [ids],
  );
  return new Map(rows.map(({ id, plan, runs }) => [id, { plan, runs: new Map(runs) }]));
}

/** Who came first: the change, before the fire, between fire and claim, or after both. */
function winnerOf({ left }: Race): 'changes' | 'fires' | 'claims' {
  const states = [...left.runs.values()];
  if (states.includes('running')) return 'claims';
  return states.every((state) => state === 'skipped') ? 'changes' : 'fires';
}

function wrongs({ kind, left }: Race, { runs, plan }: Ledger): string[] {
  const wrong = plan === left.plan ? [] : [`the plan was ${left.plan}, and is ${plan}`];
  for (const [id, state] of runs) {
    const was = left.runs.get(id);
    if (was === undefined) wrong.push(`run ${id} was fired afterwards, and is ${state}`);
    else if (was !== 'running' && state === 'running' && kind !== 'edit') {
      wrong.push(`run ${id} was ${was}, and was started afterwards`);
    }
  }
  return wrong;
}
