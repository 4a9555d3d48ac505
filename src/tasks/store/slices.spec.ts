import { expect, it } from 'vitest';
import { Slices } from './slices.js';

it('does one slice of all long work in a round of the event loop, each in its turn', async () => {
  const done: string[] = [];
  const work = async (name: string) => {
    const slices = new Slices(2);
    for (let n = 0; n < 4; n++) {
      await slices.did(1);
      done.push(name);
    }
  };
  const works = [work('a'), work('b'), work('c')];
  const rounds: string[] = [];
  while (rounds.join('').length < 12) {
    await new Promise((next) => setImmediate(next));
    rounds.push(done.splice(0).join(''));
  }
  await Promise.all(works);
  expect(rounds.filter(Boolean)).toEqual(['aa', 'bb', 'cc', 'aa', 'bb', 'cc']);
});
