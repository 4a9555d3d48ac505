import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../simulation/random.js';
import { DEAD_AFTER_MS, LEASE_MS, type Slot } from './cluster.js';
import type { Arming } from './failpoints.js';
import type { Fault, World } from './fault.js';

const STATEMENTS = [
  'lock.read',
  'lock.takeOver',
  'lock.takeOver',
  'lock.renew',
  'lock.resign',
  'fires.due',
  'fires.fire',
  'fires.fire',
  'fires.fire',
  'fires.settle',
  'queue.claim',
  'queue.claim',
  'queue.claimed',
  'queue.giveBack',
  'queue.finish',
  'queue.finish',
  'roster.beat',
];

const PLACES = [
  ...STATEMENTS.flatMap((name) => [`${name}:before`, `${name}:after`]),
  'handler:after-last-write',
];

/** The process stops, dies, waits or fails at a named line. */
export const FAILPOINT_FAULTS: readonly Fault[] = [
  {
    kind: 'failpoint: stop',
    group: 'failpoints',
    weight: 4,
    async inflict(world, slot, random) {
      const { node } = slot;
      const place = pickPlace(world, random);
      const ms = random.whole(LEASE_MS * 1.2, DEAD_AFTER_MS * 2);
      const armed = arm(slot, random, { place, action: 'stop', nth: random.whole(1, 3) });
      await sleep(ms);
      await disarm(slot, () => node.signal('SIGCONT'));
      await armed;
      return `${place}, at most ${ms} ms`;
    },
  },
  {
    kind: 'failpoint: kill',
    group: 'failpoints',
    weight: 3,
    async inflict(world, slot, random) {
      const { node } = slot;
      const place = pickPlace(world, random);
      node.mayDie = true;
      await arm(slot, random, { place, action: 'kill', nth: random.whole(1, 3) });
      await Promise.race([node.ended, sleep(5_000)]);
      if (node.isAlive) {
        await disarm(slot, () => undefined);
        return `${place}, which it did not reach`;
      }
      world.cluster.replace(slot);
      return `${place}, replaced`;
    },
  },
  {
    kind: 'failpoint: fail',
    group: 'failpoints',
    weight: 3,
    async inflict(world, slot, random) {
      const place = pickPlace(world, random);
      // A handler that throws has another outcome than the one that it wrote down.
      const action = place.startsWith('handler') ? 'delay' : 'fail';
      await arm(slot, random, { place, action, chance: 0.5 });
      await sleep(random.whole(1_000, 4_000));
      await disarm(slot, () => undefined);
      return place;
    },
  },
  {
    kind: 'failpoint: delay',
    group: 'failpoints',
    weight: 2,
    async inflict(world, slot, random) {
      const place = random.chance(0.2) ? '*' : pickPlace(world, random);
      const ms = place === '*' ? random.whole(20, 200) : random.whole(200, DEAD_AFTER_MS);
      await arm(slot, random, { place, action: 'delay', ms, chance: 0.5 });
      await sleep(random.whole(1_000, 5_000));
      await disarm(slot, () => undefined);
      return `${place} by ${ms} ms`;
    },
  },
];

const pickPlace = ({ places }: World, random: Random) =>
  random.pick(places.length > 0 ? places : PLACES);

async function arm(slot: Slot, random: Random, arming: Arming): Promise<void> {
  const seed = random.whole(1, 2 ** 31);
  await slot.node.ask({ do: 'arm', armings: [arming], seed }).catch(() => undefined);
}

/** Asked first, and woken until it answers: it may come by the place once more before it hears. */
async function disarm({ node }: Slot, wake: () => void): Promise<void> {
  const disarmed = node.ask({ do: 'arm', armings: [], seed: 0 }).catch(() => undefined);
  wake();
  const again = setInterval(wake, 200);
  await disarmed;
  clearInterval(again);
}
