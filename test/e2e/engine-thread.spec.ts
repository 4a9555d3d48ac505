/** The thread of the engine dies, or stands still: what runs goes on, and is recorded by the next one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChaosNode } from '../chaos/chaos-node.js';
import type { Arming } from '../chaos/failpoints.js';
import { NEVER, RunHosts } from '../support/run-hosts.js';
import { until } from '../support/until.js';

const ANEW = "The engine's thread works again.";

let hosts: RunHosts;
let node: ChaosNode;

beforeEach(async () => {
  hosts = await RunHosts.create();
  node = await hosts.start('only', { deadAfterMs: 4_000 });
});

afterEach(() => hosts.end());

/** Resolves when another thread has taken over. */
async function breakThread(arming: Omit<Arming, 'nth'>): Promise<void> {
  await node.ask({ do: 'arm', armings: [{ ...arming, nth: 1 }], seed: 1 });
  await until('another thread', async () => hosts.log('only').includes(ANEW));
}

const runOf = (id: string, ms: number) =>
  hosts.running(node, { id, task: 'heed', payload: { ms } });

describe('a thread of the engine that ends', () => {
  it.each(['roster.beat:before', 'roster.beat:after'])(
    'at %s leaves the runs of its node at work',
    async (place) => {
      const { id } = await runOf('long', 4_000);
      await breakThread({ place, action: 'end-thread' });
      const run = await hosts.run('long', 'has ended', ({ state }) => state !== 'running');
      expect(run).toMatchObject({ id, state: 'succeeded', attempt: 1 });
      expect(hosts.noted('start')).toHaveLength(1);
    },
  );

  it.each(['queue.finish:before', 'queue.finish:after'])(
    'at %s leaves it to the next to record an outcome',
    async (place) => {
      const { id } = await runOf('short', 500);
      await breakThread({ place, action: 'end-thread' });
      const run = await hosts.run('short', 'has ended', ({ state }) => state !== 'running');
      expect(run).toMatchObject({ id, state: 'succeeded', attempt: 1 });
      expect(hosts.log('only')).not.toMatch(/had been abandoned/);
    },
  );

  it('right after a claim leaves a run that is started by the next, once', async () => {
    await node.ask({
      do: 'add',
      job: { id: 'one', task: 'heed', payload: { ms: 0 }, trigger: NEVER },
    });
    const broken = breakThread({ place: 'queue.claim:after', action: 'end-thread' });
    void node.ask({ do: 'run', jobId: 'one' }).catch(() => undefined);
    await broken;
    const run = await hosts.run('one', 'has ended', ({ state }) => state === 'succeeded');
    expect(run.attempt).toBe(1);
    expect(hosts.noted('start')).toHaveLength(1);
  });

  it('leaves the node able to fire', async () => {
    await breakThread({ place: 'fires.due:after', action: 'end-thread' });
    const trigger = { type: 'interval', milliseconds: 100 } as const;
    await node.ask({ do: 'add', job: { id: 'ticks', task: 'tick', trigger } });
    await until('its ticks', async () => hosts.noted('start').length > 3);
    expect(await node.ask({ do: 'status' })).toBeNull();
  });
});

describe('a thread of the engine that stands still', () => {
  it('is replaced, while what runs goes on', async () => {
    const { id } = await runOf('long', 7_000);
    await breakThread({ place: 'roster.beat:before', action: 'spin', ms: 60_000 });
    const run = await hosts.run('long', 'has ended', ({ state }) => state !== 'running');
    expect(run).toMatchObject({ id, state: 'succeeded', attempt: 1 });
  });
});
