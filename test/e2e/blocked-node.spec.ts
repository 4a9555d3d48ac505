/** A handler that hogs the event loop of the node that leads: the trap of a worker whose mode is wrong, as Node has it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChaosNode } from '../chaos/chaos-node.js';
import { spreadText } from '../support/lateness.js';
import { NEVER, RunHosts } from '../support/run-hosts.js';
import { until } from '../support/until.js';

const LEASE_MS = 1_000;
const BLOCKED_MS = 3 * LEASE_MS;
const TICK_MS = 100;

let hosts: RunHosts;

beforeEach(async () => {
  hosts = await RunHosts.create();
});

afterEach(() => hosts.end());

interface Seen {
  readonly terms: number;
  readonly blocker: { readonly state: string; readonly attempt: number };
  /** What the others could read of the node meanwhile. */
  readonly vitals: { readonly blocked: boolean; readonly by: string | null };
  /** Runs that the blocked node took meanwhile. */
  readonly taken: number;
  readonly givenUp: number;
  /** Of the other job, from fire time to handler, in ms. */
  readonly lateMs: readonly number[];
}

/** Blocks the leader of three nodes for three leases, while another job fires ten times a second. */
async function blockTheLeader(options: object, limits: object = {}): Promise<Seen> {
  const all = { leaseMs: LEASE_MS, ...options };
  const leader = await hosts.start('leader', all);
  const file = join(hosts.folder, 'go');
  const payload = { ms: BLOCKED_MS, file };
  await hosts.running(leader, { id: 'blocker', task: 'block', payload, ...limits });
  const others = await Promise.all(['second', 'third'].map((name) => hosts.start(name, all)));
  await addTicks(others[0]!);
  await until('its ticks', async () => (await ticks()).length >= 5);
  const nodeId = (await nodeRow()).id;
  const begun = new Date();
  writeFileSync(file, '');
  await sleep(BLOCKED_MS * 0.75);
  const { blocked, by } = await nodeRow();
  const run = await hosts.run('blocker', 'has ended', ({ state }) => state !== 'running');
  await until('its handler', () => hosts.noted('succeeded').length > 0);
  await sleep(LEASE_MS);
  const during = (await ticks()).filter(({ fireAt }) => fireAt >= begun);
  return {
    terms: (await hosts.database.query('SELECT FROM carillon.leader_history')).length,
    blocker: { state: run.state, attempt: run.attempt },
    vitals: { blocked, by },
    taken: during.filter(({ node, startedAt }) => node === nodeId && startsWhile(begun, startedAt))
      .length,
    givenUp: (
      await hosts.database.query(
        `SELECT FROM carillon.runs WHERE state = 'abandoned' OR attempt > 1`,
      )
    ).length,
    lateMs: during.map(({ fireAt, calledAt }) => calledAt.getTime() - fireAt.getTime()),
  };
}

/** Some while after its beginning, as it takes a moment until the block is seen. */
const startsWhile = (begun: Date, at: Date) =>
  at.getTime() > begun.getTime() + 200 && at.getTime() < begun.getTime() + BLOCKED_MS;

async function addTicks(node: ChaosNode): Promise<void> {
  const trigger = { type: 'interval', milliseconds: TICK_MS } as const;
  const job = { id: 'ticks', task: 'tick', trigger, overlap: 'allow', coalesce: 'all' } as const;
  await node.ask({ do: 'add', job });
}

async function ticks() {
  const rows = await hosts.database.query<{ id: string; node: string; fire: Date; start: Date }>(
    `SELECT id::text, node_id AS node, fire_at AS fire, started_at AS start FROM carillon.runs
     WHERE job_id = 'ticks' AND started_at IS NOT NULL`,
  );
  const calls = new Map(hosts.noted('start').map(({ runId, at }) => [runId, new Date(at)]));
  return rows.flatMap(({ id, node, fire, start }) => {
    const calledAt = calls.get(id);
    return calledAt ? [{ node, fireAt: fire, startedAt: start, calledAt }] : [];
  });
}

async function nodeRow() {
  const [row] = await hosts.database.query<{ id: string; blocked: boolean; by: string | null }>(
    `SELECT id, blocked_since IS NOT NULL AS blocked, blocked_by AS by FROM carillon.nodes
     WHERE name = 'leader'`,
  );
  return row!;
}

describe('a handler that blocks the event loop of the leader for three leases', () => {
  it('delays nobody else, keeps the lead and its run, and is named', async () => {
    const { lateMs, ...rest } = await blockTheLeader({});
    console.log(`beside a blocked leader, with a thread: ${spreadText(lateMs)}`);
    expect(rest).toEqual({
      terms: 1,
      blocker: { state: 'succeeded', attempt: 1 },
      vitals: {
        blocked: true,
        by: expect.stringMatching(
          /^the task block \(job "blocker", run \d+\), in spinHere \(run-tasks\.js:\d+\)$/,
        ),
      },
      taken: 0,
      givenUp: 0,
    });
    expect(lateMs.length).toBeGreaterThan((BLOCKED_MS / TICK_MS) * 0.9);
    expect(Math.max(...lateMs)).toBeLessThan(LEASE_MS);
    expect(hosts.log('leader')).toMatch(
      /The event loop was blocked for 3\.\d s by the task block \(job "blocker"/,
    );
  });

  it('loses the lead where the engine has no thread of its own', async () => {
    const { terms, lateMs } = await blockTheLeader({ engineThread: false });
    console.log(`beside a blocked leader, without one: ${spreadText(lateMs)}`);
    expect(terms).toBeGreaterThan(1);
  });

  it('is timed out, not abandoned, when its time is over meanwhile', async () => {
    const leader = await hosts.start('leader', { leaseMs: LEASE_MS });
    const file = join(hosts.folder, 'go');
    writeFileSync(file, '');
    const payload = { ms: 6_000, file };
    const job = { id: 'blocker', task: 'block', payload, timeoutMs: 500, trigger: NEVER };
    await leader.ask({ do: 'add', job });
    void leader.ask({ do: 'run', jobId: 'blocker' }).catch(() => undefined);
    const run = await hosts.run('blocker', 'has ended', ({ state }) => state === 'timed-out');
    expect(run).toMatchObject({ attempt: 1, handler_alive: true, error: { name: 'TimeoutError' } });
    expect(hosts.noted('succeeded')).toEqual([]);
    await hosts.run('blocker', 'is over', ({ handler_alive }) => !handler_alive);
    const [left] = await hosts.runs('blocker');
    expect(left).toMatchObject({ state: 'timed-out', result: null });
  });
});
