import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lead } from './scenes.js';
import { LEASE_MS, type MakeStore, type TestNode, type TestStore } from './test-store.js';

export function leaderLockContract(makeStore: MakeStore): void {
  let store: TestStore;
  let north: TestNode;
  let south: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    north = store.node('north');
    south = store.node('south');
  });
  afterEach(() => store.close());

  const token = async () => (await south.lock.read()).fencingToken;

  describe('taking the leader lock', () => {
    it('begins with a lock that nobody holds', async () => {
      expect(await north.lock.read()).toMatchObject({ fencingToken: 0, held: false });
    });

    it('has one winner of many that ask at once', async () => {
      const nodes = Array.from({ length: 8 }, (_, i) => store.node(`node-${i}`));
      const observed = await token();
      const answers = await Promise.all(nodes.map(({ lock }) => lock.takeOver(observed, false)));
      expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
      expect(await token()).toBe(observed + 1);
    });

    it('grants the lease for its whole length', async () => {
      const fencingToken = await lead(north);
      const row = await south.lock.read();
      expect(row).toMatchObject({ fencingToken, held: true });
      expect(row.remainingMs).toBeGreaterThan(LEASE_MS / 2);
      expect(row.remainingMs).toBeLessThanOrEqual(LEASE_MS);
    });

    it('grows the token by one at each takeover and at each resignation', async () => {
      const tokens = [await lead(north)];
      await north.lock.resign(tokens[0]!);
      tokens.push(await token());
      tokens.push(await lead(south));
      store.advance(LEASE_MS + 1);
      tokens.push(await lead(north));
      expect(tokens).toEqual([1, 2, 3, 4]);
    });

    it('is refused while another node holds the lease', async () => {
      const observed = await lead(north);
      expect(await south.lock.takeOver(observed, false)).toBeNull();
      expect(await token()).toBe(observed);
    });

    it('is refused with a token that is not in force any more', async () => {
      const observed = await token();
      await lead(north);
      store.advance(LEASE_MS + 1);
      expect(await south.lock.takeOver(observed, false)).toBeNull();
    });

    it('succeeds once the lease has expired, and not before', async () => {
      const observed = await lead(north);
      store.advance(LEASE_MS / 2);
      expect((await south.lock.read()).held).toBe(true);
      expect(await south.lock.takeOver(observed, false)).toBeNull();
      store.advance(LEASE_MS / 2);
      expect((await south.lock.read()).held).toBe(false);
      expect(await south.lock.takeOver(observed, false)).toMatchObject({
        fencingToken: observed + 1,
      });
    });

    it('takes a lease that ends later than any was granted as free: the clock was set back', async () => {
      store.advance(3_600_000);
      const observed = await lead(north);
      store.advance(-3_600_000);
      expect((await south.lock.read()).held).toBe(false);
      expect(await south.lock.takeOver(observed, false)).not.toBeNull();
    });

    it('keeps a row of each term, newest first', async () => {
      await north.roster.register();
      await south.roster.register();
      await north.lock.resign(await lead(north));
      await lead(south);
      const { history, nodeName, fencingToken } = await store.cluster.leader();
      expect({ nodeName, fencingToken }).toEqual({ nodeName: 'south', fencingToken: 3 });
      expect(history.map((term) => [term.fencingToken, term.nodeName])).toEqual([
        [3, 'south'],
        [1, 'north'],
      ]);
    });
  });

  describe('renewing the lease', () => {
    it('begins it anew', async () => {
      const fencingToken = await lead(north);
      store.advance(LEASE_MS * 0.6);
      expect(await north.lock.renew({ fencingToken, hinted: false })).toBe(true);
      store.advance(LEASE_MS * 0.6);
      expect(await south.lock.takeOver(fencingToken, false)).toBeNull();
    });

    it('keeps the token', async () => {
      const fencingToken = await lead(north);
      await north.lock.renew({ fencingToken, hinted: false });
      expect(await token()).toBe(fencingToken);
    });

    it('is possible after it has expired, as long as nobody took the lock', async () => {
      const fencingToken = await lead(north);
      store.advance(LEASE_MS * 3);
      expect(await north.lock.renew({ fencingToken, hinted: false })).toBe(true);
      expect((await south.lock.read()).held).toBe(true);
    });

    it('is refused with an old token, and to another node', async () => {
      const fencingToken = await lead(north);
      expect(await south.lock.renew({ fencingToken, hinted: false })).toBe(false);
      store.advance(LEASE_MS + 1);
      await lead(south);
      expect(await north.lock.renew({ fencingToken, hinted: false })).toBe(false);
      store.advance(LEASE_MS + 1);
      expect((await north.lock.read()).held).toBe(false);
    });
  });

  describe('resigning', () => {
    it('frees the lock at once', async () => {
      const fencingToken = await lead(north);
      expect(await north.lock.resign(fencingToken)).toBe(true);
      expect(await south.lock.read()).toMatchObject({
        fencingToken: fencingToken + 1,
        held: false,
        hinted: false,
      });
      expect(await store.cluster.leader()).toMatchObject({ nodeId: null, expiresAt: null });
    });

    it('is refused with an old token, and changes nothing then', async () => {
      const old = await lead(north);
      store.advance(LEASE_MS + 1);
      const current = await lead(south);
      expect(await north.lock.resign(old)).toBe(false);
      expect(await north.lock.read()).toMatchObject({ fencingToken: current, held: true });
    });

    it('is refused to another node', async () => {
      const fencingToken = await lead(north);
      expect(await south.lock.resign(fencingToken)).toBe(false);
      expect(await token()).toBe(fencingToken);
    });
  });

  describe('the hint', () => {
    const leadWithHint = async () => {
      const fencingToken = await lead(north);
      await north.lock.renew({ fencingToken, hinted: true });
      return fencingToken;
    };

    it('is told with the first renewal, when the session is known to hold it', async () => {
      const acquired = await north.lock.takeOver(0, false);
      expect(acquired).toEqual({ fencingToken: 1, hinted: true });
      expect((await south.lock.read()).hinted).toBe(false);
      await north.lock.renew(acquired!);
      expect((await south.lock.read()).hinted).toBe(true);
    });

    it('is not taken by a node that may not watch', async () => {
      const plain = store.node('plain', { hint: false });
      expect(plain.lock.canWatch).toBe(false);
      expect(await plain.lock.takeOver(0, false)).toEqual({ fencingToken: 1, hinted: false });
    });

    it('lets a follower take over as soon as the session of the holder has ended', async () => {
      const fencingToken = await leadWithHint();
      const ended = south.lock.watch(fencingToken, 4_000);
      const since = performance.now();
      await north.lock.reset();
      expect(await ended).toBe(true);
      expect(performance.now() - since).toBeLessThan(1_000);
      expect(await south.lock.takeOver(fencingToken, true)).toMatchObject({
        fencingToken: fencingToken + 1,
      });
    });

    it('ends with the node', async () => {
      const fencingToken = await leadWithHint();
      const ended = south.lock.watch(fencingToken, 4_000);
      await north.close();
      expect(await ended).toBe(true);
    });

    it('wakes every follower that waits, and one of them takes over', async () => {
      const fencingToken = await leadWithHint();
      const followers = [south, store.node('east'), store.node('west')];
      const takenOver = followers.map(async ({ lock }) => {
        await lock.watch(fencingToken, 4_000);
        return lock.takeOver(fencingToken, true);
      });
      await north.lock.reset();
      const answers = await Promise.all(takenOver);
      expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
    });

    it('is watched for no longer than asked', async () => {
      const fencingToken = await leadWithHint();
      const since = performance.now();
      expect(await south.lock.watch(fencingToken, 60)).toBe(false);
      expect(performance.now() - since).toBeGreaterThanOrEqual(50);
      expect(performance.now() - since).toBeLessThan(2_000);
    });

    it('is not believed where the holder never said that it has one', async () => {
      const fencingToken = await lead(north);
      expect(await south.lock.takeOver(fencingToken, true)).toBeNull();
    });

    it('is not told by a holder whose session is another one now', async () => {
      const fencingToken = await leadWithHint();
      await north.lock.reset();
      expect(await north.lock.renew({ fencingToken, hinted: true })).toBe(true);
      expect((await south.lock.read()).hinted).toBe(false);
    });
  });
}
