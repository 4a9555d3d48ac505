import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import type { FireLedger, NodeAtWork, NodesAtWork, Settled } from '../store/fire-ledger.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Settler } from './settler.js';

const DEAD_AFTER_MS = 10_000;
const HEARTBEAT_MS = 2_000;

let clock: FakeClock;
let log: RecordedLog;
let settler: Settler;
/** When it settled, and which nodes it held to be alive. */
let asked: { at: number; alive: readonly string[] }[];
let elector: { token: number | null; woken: number };
let settle: () => Promise<Settled | null>;
let look: () => Promise<NodesAtWork>;

/** Another node with runs, last heard of at an instant of the test's clock. */
const node = (nodeId: string, heardAt: number, state: Partial<NodeAtWork> = {}): NodeAtWork => ({
  nodeId,
  sign: `${heardAt}`,
  silentMs: Math.max(0, clock.monotonic() - heardAt),
  isGone: false,
  isHeld: false,
  ...state,
});

/** Its last heartbeat, if it beats as it should. */
const beating = () => Math.floor(clock.monotonic() / HEARTBEAT_MS) * HEARTBEAT_MS;

const see = (...nodes: NodeAtWork[]) => Promise.resolve({ nodes, lost: [], ownSilenceMs: 500 });

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  asked = [];
  elector = { token: null, woken: 0 };
  settle = () => Promise.resolve({ abandoned: 1, rerun: 0, runs: [] });
  look = () => see(node('south', beating()));
  const fires = {
    atWork: () => look(),
    settle: (_token: number, alive: readonly string[]) => {
      asked.push({ at: clock.monotonic(), alive });
      return settle();
    },
  } as unknown as FireLedger;
  const electorOf = { ...elector, wake: () => elector.woken++ };
  Object.defineProperty(electorOf, 'token', { get: () => elector.token });
  const options = { deadAfterMs: DEAD_AFTER_MS, heartbeatMs: HEARTBEAT_MS };
  settler = new Settler(fires, electorOf, options, clock, log);
  settler.start();
});
afterEach(async () => {
  const stopped = settler.stop();
  await clock.advance(60_000);
  await stopped;
});

const lead = (token: number | null) => {
  elector.token = token;
  settler.wake();
};

describe('a node without runs that fell silent', () => {
  const west = { nodeId: 'w-1', name: 'west' };
  const lines = () => log.lines.filter((line) => line.includes('west'));

  it('is told of once while it is lost, and again when it was heard of meanwhile', async () => {
    const nodes: NodeAtWork[] = [];
    let lost = [west];
    look = () => Promise.resolve({ nodes, lost, ownSilenceMs: 500 });
    lead(4);
    await clock.advance(60_000);
    expect(lines()).toEqual([
      expect.stringContaining(
        'Node west (w-1) is lost: it gives no sign of life, and has no runs.',
      ),
    ]);
    expect(asked).toEqual([]);
    lost = [];
    await clock.advance(60_000);
    lost = [west];
    await clock.advance(60_000);
    expect(lines()).toHaveLength(2);
  });

  it('is not told of that was lost at one look only, as all are where the clock was set', async () => {
    let looks = 0;
    look = () =>
      Promise.resolve({ nodes: [], lost: looks++ === 1 ? [west] : [], ownSilenceMs: 500 });
    lead(4);
    await clock.advance(60_000);
    expect(looks).toBeGreaterThan(3);
    expect(lines()).toEqual([]);
  });

  it('is told of after two heartbeats, however often somebody looks', async () => {
    const busy = node('south', -1);
    look = () => Promise.resolve({ nodes: [busy], lost: [west], ownSilenceMs: 500 });
    lead(4);
    await clock.advance(3_500);
    expect(lines()).toEqual([]);
    await clock.advance(3_000);
    expect(lines()).toHaveLength(1);
  });

  it('is told of by nobody whose own signs of life do not get through', async () => {
    look = () => Promise.resolve({ nodes: [], lost: [west], ownSilenceMs: 6_000 });
    lead(4);
    await clock.advance(60_000);
    expect(lines()).toEqual([]);
  });
});

describe('the settler', () => {
  it('does nothing while this node does not lead', async () => {
    look = () => see(node('south', -60_000));
    await clock.advance(60_000);
    expect(asked).toEqual([]);
  });

  it('settles nobody while everybody beats', async () => {
    lead(4);
    await clock.advance(120_000);
    expect(asked).toEqual([]);
  });

  it('settles a node that falls silent within a second of its being dead, and spares the others', async () => {
    lead(4);
    look = () => see(node('south', Math.min(beating(), 20_000)), node('west', beating()));
    await clock.advance(29_999);
    expect(asked).toEqual([]);
    await clock.advance(1_001);
    expect(asked[0]).toEqual({ at: expect.any(Number) as number, alive: ['west'] });
    expect(asked[0]!.at).toBeLessThanOrEqual(31_000);
  });

  it('settles at once what has said good-bye', async () => {
    look = () => see(node('south', 0, { isGone: true }));
    lead(4);
    await clock.settle();
    expect(asked).toEqual([{ at: 0, alive: [] }]);
  });

  it('watches a node for half of that time itself, however long the database says it is silent', async () => {
    look = () => see(node('south', -3_600_000));
    lead(4);
    await clock.advance(4_999);
    expect(asked).toEqual([]);
    await clock.advance(1_001);
    expect(asked.length).toBeGreaterThan(0);
  });

  it('settles nobody who lives when the database’s clock steps forward', async () => {
    lead(4);
    look = () =>
      see(node('south', beating(), { silentMs: 20_000 + clock.monotonic() - beating() }));
    await clock.advance(60_000);
    expect(asked).toEqual([]);
  });

  it('does not judge a node whose row is held, and watches it anew from then on', async () => {
    lead(4);
    look = () => see(node('south', 0, { isHeld: clock.monotonic() < 20_000 }));
    await clock.advance(24_900);
    expect(asked).toEqual([]);
    await clock.advance(1_100);
    expect(asked.length).toBeGreaterThan(0);
  });

  it('judges nobody while its own signs do not get through', async () => {
    lead(4);
    look = () => Promise.resolve({ nodes: [node('south', 0)], lost: [], ownSilenceMs: 6_000 });
    await clock.advance(60_000);
    expect(asked).toEqual([]);
  });

  it('begins anew after an outage, in which everybody was silent', async () => {
    lead(4);
    await clock.advance(10_000);
    look = () => Promise.reject(new Error('connection refused'));
    await clock.advance(60_000);
    const back = clock.monotonic();
    look = () => see(node('south', clock.monotonic() < back + 3_000 ? 10_000 : beating()));
    await clock.advance(20_000);
    expect(asked).toEqual([]);
  });

  it('begins anew with each term', async () => {
    look = () => see(node('south', -60_000));
    lead(4);
    await clock.advance(4_900);
    lead(null);
    await clock.advance(10);
    lead(6);
    await clock.advance(4_900);
    expect(asked).toEqual([]);
  });

  it('names the node that is lost, its runs and their jobs, in a line and in its fields', async () => {
    const run = (runId: string, nodeId: string, state: 'abandoned' | 'pending') => {
      return { runId, jobId: `job-${runId}`, nodeId, node: `web-${nodeId}`, state };
    };
    const runs = [run('7', 'a', 'abandoned'), run('8', 'b', 'pending'), run('9', 'a', 'pending')];
    const many = Array.from({ length: 12 }, (_, n) => run(`${n + 20}`, 'c', 'abandoned'));
    settle = () => Promise.resolve({ abandoned: 13, rerun: 2, runs: [...runs, ...many] });
    look = () => see(node('south', 0, { isGone: true }));
    lead(4);
    await clock.settle();
    expect(log.lines.slice(0, 2)).toEqual([
      'warn: Node web-a (a) is lost: abandoned job-7 (run 7); requeued job-9 (run 9).',
      'warn: Node web-b (b) is lost: requeued job-8 (run 8).',
    ]);
    expect(log.lines[2]).toMatch(/job-29 \(run 29\) and 2 more\.$/);
    expect(log.fields[0]).toEqual({
      event: 'node.lost',
      lostNodeId: 'a',
      abandoned: 1,
      requeued: 1,
      runIds: '7 9',
    });
  });

  it('has the elector look when its token is not in force', async () => {
    settle = () => Promise.resolve(null);
    look = () => see(node('south', 0, { isGone: true }));
    lead(4);
    await clock.settle();
    expect(elector.woken).toBe(1);
  });
});
