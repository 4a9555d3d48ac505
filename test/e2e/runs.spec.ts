import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditBank } from '../chaos/bank-book.js';
import type { ChaosNode } from '../chaos/chaos-node.js';
import { FaultyRelay } from '../chaos/faulty-relay.js';
import { DEAD_AFTER_MS, HEARTBEAT_MS, NEVER, RunHosts } from '../support/run-hosts.js';
import { until } from '../support/until.js';

const AT_WORK = { roles: ['worker'] };
const DECIDES = { roles: ['scheduler'] };

describe('a run on real processes', () => {
  let hosts: RunHosts;
  /** Fires, settles and cancels, and runs nothing. */
  let leader: ChaosNode;

  beforeEach(async () => {
    hosts = await RunHosts.create();
    leader = await hosts.start('leader', DECIDES);
  });

  afterEach(() => hosts.end());

  const signalOf = (runId: string, attempt = 1) =>
    until('an aborted signal', () =>
      hosts.noted().find((line) => line.runId === runId && line.attempt === attempt && line.signal),
    );

  it('stays abandoned when its frozen node wakes, and its handler learns it', async () => {
    const worker = await hosts.start('worker', AT_WORK);
    const { id } = await hosts.running(leader, {
      id: 'long',
      task: 'heed',
      payload: { ms: 60_000 },
    });
    worker.signal('SIGSTOP');
    const given = await hosts.run('long', 'was given up', ({ state }) => state === 'abandoned');
    worker.signal('SIGCONT');
    expect((await signalOf(id)).signal).toBe('ClaimLostError');
    await worker.end('SIGTERM');
    expect(await hosts.runs('long')).toEqual([given]);
    expect(given.error?.name).toBe('NodeLost');
  });

  it('is run again on another node where its job wants that, and the old handler ends', async () => {
    const worker = await hosts.start('worker', AT_WORK);
    const job = { id: 'again', task: 'heed', payload: { ms: 6_000 }, onCrash: 'rerun' } as const;
    const { id } = await hosts.running(leader, job);
    worker.signal('SIGSTOP');
    await hosts.start('another', AT_WORK);
    await until('a second attempt', () => hosts.noted('start').length === 2);
    worker.signal('SIGCONT');
    expect((await signalOf(id)).signal).toBe('ClaimLostError');
    const done = await hosts.run('again', 'has ended', ({ finished_at }) => finished_at !== null);
    expect(done).toMatchObject({ state: 'succeeded', attempt: 2, node: 'another' });
    const kept = await hosts.database.query(
      'SELECT attempt, state FROM carillon.run_attempts WHERE run_id = $1',
      [id],
    );
    expect(kept).toEqual([{ attempt: 1, state: 'abandoned' }]);
  });

  it('is given back by a node that was frozen between its claim and its start', async () => {
    const job = { id: 'claimed', task: 'heed', payload: { ms: 1 }, trigger: NEVER };
    const first = await hosts.start('first', AT_WORK);
    await leader.ask({ do: 'add', job });
    await first.end('SIGTERM');
    // Waits before anybody can claim it: the first claim of the worker is of this run.
    await leader.ask({ do: 'run', jobId: 'claimed' });
    const worker = await hosts.start('worker', AT_WORK, [
      { place: 'queue.claim:after', action: 'stop', nth: 1 },
    ]);
    const claimed = await hosts.run('claimed', 'was claimed', ({ state }) => state === 'running');
    expect(claimed.node).toBe('worker');
    // Long enough to doubt the claim, not so long that somebody else has settled it.
    await new Promise((awake) => setTimeout(awake, DEAD_AFTER_MS * 0.6));
    worker.signal('SIGCONT');
    const done = await hosts.run('claimed', 'has ended', ({ finished_at }) => finished_at !== null);
    // One attempt: the claim that was given back does not count.
    expect(done).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(hosts.noted('start')).toHaveLength(1);
    expect(hosts.log('worker')).toContain('claimed but not started');
  });

  it('is cancelled from another node within a second', async () => {
    await hosts.start('worker', AT_WORK);
    const job = { id: 'unwanted', task: 'heed', payload: { ms: 60_000 } };
    const { id } = await hosts.running(leader, job);
    const askedAt = Date.now();
    await leader.ask({ do: 'cancel', runId: id });
    const told = await signalOf(id);
    expect(told.signal).toBe('CancelledError');
    expect(Date.parse(told.at) - askedAt).toBeLessThan(1_000);
    await hosts.run('unwanted', 'is cancelled', ({ state }) => state === 'cancelled');
  });

  it('is cancelled within a heartbeat where nothing is heard', async () => {
    const relay = await FaultyRelay.to(hosts.database.url, 1, true);
    try {
      const everyMs = 1_500;
      await hosts.start('worker', {
        ...AT_WORK,
        databaseUrl: relay.url,
        heartbeatMs: everyMs,
        deadAfterMs: 5_000,
      });
      const job = { id: 'unheard', task: 'heed', payload: { ms: 60_000 } };
      const { id } = await hosts.running(leader, job);
      const askedAt = Date.now();
      await leader.ask({ do: 'cancel', runId: id });
      const told = await signalOf(id);
      expect(Date.parse(told.at) - askedAt).toBeLessThan(everyMs + 1_000);
      await hosts.run('unheard', 'is cancelled', ({ state }) => state === 'cancelled');
    } finally {
      await Promise.all(hosts.nodes.map((node) => node.end('SIGKILL')));
      await relay.close();
    }
  });

  it('counts as long as its handler goes on after its time, and holds off the next fires', async () => {
    await hosts.start('worker', AT_WORK);
    const job = {
      id: 'endless',
      task: 'ignore',
      payload: { ms: 4_000 },
      timeoutMs: 300,
      trigger: { type: 'interval', milliseconds: 500 },
    } as const;
    await leader.ask({ do: 'add', job });
    const late = await hosts.run(
      'endless',
      'ran out of time',
      ({ state }) => state !== 'pending' && state !== 'running',
    );
    expect(late).toMatchObject({ state: 'timed-out', handler_alive: true });
    const skipped = await until('a fire that was skipped since then', async () =>
      (await hosts.runs('endless')).find(
        ({ state, created_at }) => state === 'skipped' && created_at > late.finished_at!,
      ),
    );
    expect(skipped.reason).toBe('overlapped');
    expect(skipped.error?.message).toMatch(new RegExp(`\\b${late.id}\\b`));
    const next = await until('the next run', async () =>
      (await hosts.runs('endless')).find(({ id, attempt }) => id !== late.id && attempt > 0),
    );
    const [first] = hosts.noted('succeeded');
    expect(first?.runId).toBe(late.id);
    expect(next.created_at.getTime()).toBeGreaterThan(Date.parse(first!.at) - 100);
  });

  it('leaves no row when something throws after the writes of a service', async () => {
    await hosts.start('worker', AT_WORK);
    const job = { id: 'throws', task: 'transfer-and-fail', transactional: true };
    await hosts.running(leader, job).catch(() => undefined);
    const run = await hosts.run('throws', 'has ended', ({ finished_at }) => finished_at !== null);
    expect(run).toMatchObject({ state: 'failed', error: { message: 'after the last write' } });
    expect(await hosts.database.query('SELECT 1 FROM bank.transfers')).toEqual([]);
    expect(await auditBank((sql) => hosts.database.query(sql))).toEqual([]);
  });

  it('commits what services wrote together with its success', async () => {
    await hosts.start('worker', AT_WORK);
    const job = { id: 'transfer', task: 'transfer', transactional: true, trigger: NEVER };
    await leader.ask({ do: 'add', job });
    await leader.ask({ do: 'run', jobId: 'transfer' });
    const run = await hosts.run('transfer', 'has ended', ({ finished_at }) => finished_at !== null);
    expect(run.state).toBe('succeeded');
    const transfers = await hosts.database.query('SELECT run_id FROM bank.transfers');
    expect(transfers).toEqual([{ run_id: run.id }]);
    expect(await auditBank((sql) => hosts.database.query(sql))).toEqual([]);
  });

  describe('in a worker thread', () => {
    const file = () => join(hosts.folder, 'beats');
    const beats = () => (existsSync(file()) ? statSync(file()).size : 0);

    const compute = async (id: string, ms: number, timeoutMs: number | null) => {
      await hosts.start('worker', AT_WORK);
      const payload = { ms, file: file() };
      const job = { id, task: 'compute', payload, timeoutMs, trigger: NEVER };
      await leader.ask({ do: 'add', job });
      await leader.ask({ do: 'run', jobId: id });
    };

    /** A thread that only stopped being waited for would go on to write. */
    async function expectStillness(): Promise<void> {
      const before = beats();
      await new Promise((later) => setTimeout(later, HEARTBEAT_MS));
      expect(beats()).toBe(before);
    }

    it('gives its result', async () => {
      await compute('computes', 50, null);
      const run = await hosts.run(
        'computes',
        'has ended',
        ({ finished_at }) => finished_at !== null,
      );
      expect(run).toMatchObject({ state: 'succeeded', result: { inThread: true, attempt: 1 } });
    });

    it('is really ended when it is cancelled', async () => {
      await compute('cancelled', 60_000, null);
      await until('work', () => beats() > 3);
      const [run] = await hosts.runs('cancelled');
      await leader.ask({ do: 'cancel', runId: run!.id });
      const ended = await hosts.run(
        'cancelled',
        'has ended',
        ({ finished_at }) => finished_at !== null,
      );
      expect(ended).toMatchObject({ state: 'cancelled', handler_alive: false });
      await expectStillness();
    });

    it('is really ended when its time is over', async () => {
      await compute('timed-out', 60_000, 1_000);
      const run = await hosts.run(
        'timed-out',
        'has ended',
        ({ finished_at }) => finished_at !== null,
      );
      expect(run).toMatchObject({ state: 'timed-out', handler_alive: false });
      await expectStillness();
    });
  });
});
