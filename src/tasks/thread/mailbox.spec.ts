import { expect, it } from 'vitest';
import { Mailbox } from './mailbox.js';

const aRound = () => new Promise((resolve) => setImmediate(resolve));

it('sends what was told in one round of the loop together, in order', async () => {
  const sent: (readonly number[])[] = [];
  const mailbox = new Mailbox<number>((messages) => sent.push(messages));
  mailbox.put(1);
  mailbox.put(2);
  expect(sent).toEqual([]);
  await aRound();
  mailbox.put(3);
  await aRound();
  expect(sent).toEqual([[1, 2], [3]]);
});
