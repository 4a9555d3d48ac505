import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeProcess } from '../support/node-process.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { readRecord, recordingNode } from '../support/recording-node.js';
import { until } from '../support/until.js';

const LEASE_MS = 1_500;
const KILLS = 5;

interface Term {
  readonly token: number;
  readonly name: string;
  readonly acquiredAt: Date;
}

describe('a cluster of three processes', () => {
  let database: TestDatabase;
  let record: string;
  let nodes: NodeProcess[];
  let started = 0;

  beforeEach(async () => {
    database = await createTestDatabase();
    record = join(mkdtempSync(join(tmpdir(), 'carillon-record-')), 'record.jsonl');
    nodes = [];
    started = 0;
  });

  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.end('SIGKILL')));
    await database.drop();
  });

  async function start(options: Record<string, unknown> = {}): Promise<NodeProcess> {
    const node = recordingNode(`n${++started}`, record, {
      databaseUrl: database.url,
      leaseMs: LEASE_MS,
      heartbeatMs: 500,
      deadAfterMs: 3_000,
      ...options,
    });
    nodes.push(node);
    await node.saying('Node started');
    return node;
  }

  const terms = async (): Promise<Term[]> =>
    (
      await database.query<{ token: string; name: string; acquired_at: Date }>(
        `SELECT h.fencing_token AS token, n.name, h.acquired_at
         FROM carillon.leader_history h JOIN carillon.nodes n ON n.id = h.node_id
         ORDER BY h.fencing_token`,
      )
    ).map((row) => ({ token: Number(row.token), name: row.name, acquiredAt: row.acquired_at }));

  async function leader(after = 0): Promise<{ node: NodeProcess; term: Term }> {
    const term = await until('a leader of a newer term', async () =>
      (await terms()).find(({ token }) => token > after),
    );
    return { node: nodes.find(({ name }) => name === term.name)!, term };
  }

  const fires = (count: number) =>
    until(`${count} more runs`, async () => readRecord(record).length >= count);

  /** Kills the leader again and again, each time after it has shown that it works. */
  async function killLeaders(options: Record<string, unknown> = {}): Promise<number[]> {
    for (let n = 0; n < 3; n++) await start(options);
    const takeovers: number[] = [];
    let { node, term } = await leader();
    for (let kill = 0; kill < KILLS; kill++) {
      await fires(readRecord(record).length + 2);
      const killedAt = Date.now();
      await node.end('SIGKILL');
      const next = await leader(term.token);
      takeovers.push(next.term.acquiredAt.getTime() - killedAt);
      ({ node, term } = next);
      await start(options);
    }
    await fires(readRecord(record).length + 2);
    await Promise.all(nodes.map((each) => each.end('SIGTERM')));
    return takeovers.sort((a, b) => a - b);
  }

  /** Promises 1 and 2, from the ledger and from what the handlers wrote down. */
  async function expectEverySecondOnce(): Promise<void> {
    const rows = await database.query<{ fire_at: Date; state: string; covers_from: Date | null }>(
      `SELECT fire_at, state, covers_from FROM carillon.runs
       WHERE job_id = 'every-second' AND cause = 'fired' ORDER BY fire_at`,
    );
    const [plan] = await database.query<{ start: string; next: Date }>(
      `SELECT j.trigger->>'startAt' AS start, p.next_fire_at AS next
       FROM carillon.jobs j JOIN carillon.job_plans p ON p.job_id = j.id
       WHERE j.id = 'every-second'`,
    );
    const expected: string[] = [];
    for (let at = Date.parse(plan!.start); at < plan!.next.getTime(); at += 1_000) {
      expected.push(new Date(at).toISOString());
    }
    expect(rows.map(({ fire_at }) => fire_at.toISOString())).toEqual(expected);
    expect(rows.filter(({ covers_from }) => covers_from !== null)).toEqual([]);

    const starts = readRecord(record).map(({ fireAt }) => fireAt);
    expect(new Set(starts).size).toBe(starts.length);
    const succeeded = rows.filter(({ state }) => state === 'succeeded');
    expect(starts).toEqual(
      expect.arrayContaining(succeeded.map(({ fire_at }) => fire_at.toISOString())),
    );
  }

  it('replaces a killed leader at once, and fires each second exactly once', async () => {
    const takeovers = await killLeaders();
    console.log(`takeover after SIGKILL, with the hint: ${takeovers.join(', ')} ms`);
    await expectEverySecondOnce();
    expect(takeovers[Math.floor(KILLS / 2)]).toBeLessThan(100);
  });

  it('replaces a killed leader within a lease and a second without the hint', async () => {
    const takeovers = await killLeaders({ hint: false });
    console.log(`takeover after SIGKILL, without the hint: ${takeovers.join(', ')} ms`);
    await expectEverySecondOnce();
    expect(takeovers.at(-1)).toBeLessThan(LEASE_MS + 1_000);
  });

  it('deposes a frozen leader, which steps down without a fire when it wakes', async () => {
    for (let n = 0; n < 3; n++) await start();
    const { node: frozen, term } = await leader();
    await fires(2);
    const said = frozen.lines;
    frozen.signal('SIGSTOP');
    const next = await leader(term.token);
    const seen = readRecord(record).length;
    await fires(seen + 2);
    frozen.signal('SIGCONT');
    const why = await frozen.saying('lost leadership', said);
    expect(why).toMatch(/its lease ran out/);
    await fires(readRecord(record).length + 3);

    const late = await database.query(
      `SELECT id FROM carillon.runs WHERE fencing_token = $1 AND created_at > $2`,
      [term.token, next.term.acquiredAt],
    );
    expect(late).toEqual([]);
    await Promise.all(nodes.map((each) => each.end('SIGTERM')));
    await expectEverySecondOnce();
  });
});
