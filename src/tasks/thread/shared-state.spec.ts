import { describe, expect, it } from 'vitest';
import { SharedState } from './shared-state.js';

describe('the memory that the two threads share', () => {
  it('lets one of the two have an offer, whoever comes first', () => {
    const shared = SharedState.ofSize(2);
    expect(shared.offer(0, 7)).toBe(true);
    expect(shared.take(0, 7)).toBe(true);
    expect(shared.withdraw(0, 7)).toBe(false);
    expect(shared.offer(1, 8)).toBe(true);
    expect(shared.withdraw(1, 8)).toBe(true);
    expect(shared.take(1, 8)).toBe(false);
  });

  it('says whether a debugger is at the main thread, as of when that came round last', () => {
    const shared = SharedState.ofSize(1);
    expect(shared.isDebugged).toBe(false);
    shared.tickMain(0, true);
    expect(shared.isDebugged).toBe(true);
    shared.tickMain(0);
    expect(shared.isDebugged).toBe(false);
  });

  it('gives a slot to nobody else until it was cleared', () => {
    const shared = SharedState.ofSize(1);
    shared.offer(0, 1);
    expect(shared.offer(0, 2)).toBe(false);
    shared.take(0, 1);
    expect(shared.offer(0, 2)).toBe(false);
    expect(shared.clear(0, 1)).toBe(true);
    expect(shared.offer(0, 2)).toBe(true);
  });

  it('does not take an offer for the one that was in the slot before', () => {
    const shared = SharedState.ofSize(1);
    shared.offer(0, 1);
    shared.withdraw(0, 1);
    shared.offer(0, 2);
    expect(shared.take(0, 1)).toBe(false);
    expect(shared.take(0, 2)).toBe(true);
  });

  it('is the same from whatever thread it is seen', () => {
    const main = SharedState.ofSize(1);
    const engine = new SharedState(main.buffer);
    expect(engine.slots).toBe(1);
    main.tickMain(3);
    main.tickMain(40);
    main.tickMain(5);
    engine.tickEngine();
    expect([engine.mainTicks, main.engineTicks]).toEqual([3, 1]);
    expect([engine.takeLag(), engine.takeLag()]).toEqual([40, 0]);
  });
});
