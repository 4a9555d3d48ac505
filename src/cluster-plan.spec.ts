import { describe, expect, it } from 'vitest';
import { isImpatient, planCluster } from './cluster-plan.js';

describe('the plan of a cluster', () => {
  it('has three nodes by default, on ports in a row', () => {
    expect(planCluster(undefined, 3000)).toEqual([
      { name: 'n1', port: 3000 },
      { name: 'n2', port: 3001 },
      { name: 'n3', port: 3002 },
    ]);
  });

  it('has as many nodes as asked for', () => {
    expect(planCluster('5', 4000).map(({ port }) => port)).toEqual([4000, 4001, 4002, 4003, 4004]);
  });

  it.each(['0', '21', '-1', '2.5', 'three', '', ' 3', '1e1'])('refuses %j nodes', (argument) => {
    expect(() => planCluster(argument, 3000)).toThrow(/whole number from 1 to 20/);
  });

  it('refuses ports that do not exist', () => {
    expect(() => planCluster('3', 65_534)).toThrow(/65535.*set PORT/);
    expect(planCluster('2', 65_534)).toHaveLength(2);
  });
});

describe('a second signal', () => {
  it('is the same Ctrl-C when it comes at once', () => {
    expect(isImpatient(1_000, 1_020)).toBe(false);
  });

  it('is impatience when it comes later', () => {
    expect(isImpatient(1_000, 1_600)).toBe(true);
  });
});
