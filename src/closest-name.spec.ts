import { describe, expect, it } from 'vitest';
import { closestName } from './closest-name.js';

describe('closestName', () => {
  it('finds the name that a typing error most likely meant', () => {
    const known = ['TASKS_LEASE_MS', 'TASKS_SCHEMA', 'TASKS_ROLES'];
    expect(closestName('TASKS_LAESE_MS', known)).toBe('TASKS_LEASE_MS');
    expect(closestName('TASKS_ROLE', known)).toBe('TASKS_ROLES');
    expect(closestName('TASK_SCHEME', known)).toBe('TASKS_SCHEMA');
  });
});
