import type { ToEngine } from '../engine/messages.js';
import type { Offer } from './offers.js';

/** More runs than these are never claimed ahead of their slots. */
export const MAX_AHEAD = 500;

/** What the runner says of its slots, less what waits here for one of them. */
export function slotsBehind(
  { type, free, ahead = 0, limits }: Extract<ToEngine, { type: 'slots' }>,
  waiting: readonly Offer[],
): ToEngine {
  const left = Math.max(0, free + Math.min(ahead, MAX_AHEAD) - waiting.length);
  if (limits === undefined) return { type, free: left };
  const without = Object.entries(limits).map(([task, most]) => {
    const waitingHere = waiting.filter(({ run }) => run.task === task).length;
    return [task, Math.max(0, most - waitingHere)] as const;
  });
  return { type, free: left, limits: Object.fromEntries(without) };
}
