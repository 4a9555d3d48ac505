import type { Order } from './order.entity.js';

const PRODUCTS = ['bell', 'clock', 'sundial', 'metronome'] as const;
const TEAMS = ['north', 'south'] as const;
const MINUTE_MS = 60_000;

/**
 * The orders of one minute. The same instant always gives the same orders, on every node, so
 * importing them twice is no different from importing them once.
 */
export function ordersOfMinute(at: Date, count = 3): Order[] {
  const minute = new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);
  return Array.from({ length: count }, (_, i) => {
    const externalId = `demo-${minute.toISOString().slice(0, 16)}-${i}`;
    return {
      externalId,
      product: pick(PRODUCTS, externalId, 1),
      team: pick(TEAMS, externalId, 2),
      amountCents: 500 + (scatter(externalId, 3) % 20_000),
      orderedAt: minute,
    };
  });
}

/** A batch at noon UTC of each of the `days` days before `until`. */
export function ordersOfDaysBefore(until: Date, days: number): Order[] {
  const day = until.toISOString().slice(0, 10);
  return Array.from({ length: days }, (_, i) => {
    const noon = new Date(`${day}T12:00:00Z`);
    noon.setUTCDate(noon.getUTCDate() - 1 - i);
    return ordersOfMinute(noon, 20);
  }).flat();
}

function pick<T>(from: readonly [T, ...T[]], text: string, seed: number): T {
  return from[scatter(text, seed) % from.length] ?? from[0];
}

/** FNV-1a: spreads similar texts evenly. */
function scatter(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}
