import { describe, expect, it } from 'vitest';
import { ordersOfDaysBefore, ordersOfMinute } from './demo-orders.js';

describe('demo orders', () => {
  it('are the same for every instant of a minute', () => {
    const orders = ordersOfMinute(new Date('2026-11-23T08:00:00.000Z'));
    expect(ordersOfMinute(new Date('2026-11-23T08:00:59.999Z'))).toEqual(orders);
    expect(orders.map(({ externalId }) => externalId)).toEqual([
      'demo-2026-11-23T08:00-0',
      'demo-2026-11-23T08:00-1',
      'demo-2026-11-23T08:00-2',
    ]);
  });

  it('are others in the next minute', () => {
    const ids = ['2026-11-23T08:00:00Z', '2026-11-23T08:01:00Z']
      .flatMap((at) => ordersOfMinute(new Date(at)))
      .map(({ externalId }) => externalId);
    expect(new Set(ids).size).toBe(6);
  });

  it('lie on each of the days before, across the end of a month', () => {
    const orders = ordersOfDaysBefore(new Date('2026-03-02T00:30:00Z'), 3);
    const days = new Set(orders.map(({ orderedAt }) => orderedAt.toISOString().slice(0, 10)));
    expect([...days]).toEqual(['2026-03-01', '2026-02-28', '2026-02-27']);
  });

  it('spread over products and teams', () => {
    const orders = ordersOfDaysBefore(new Date('2026-11-23T00:00:00Z'), 7);
    expect(new Set(orders.map(({ product }) => product)).size).toBe(4);
    expect(new Set(orders.map(({ team }) => team)).size).toBe(2);
  });
});
