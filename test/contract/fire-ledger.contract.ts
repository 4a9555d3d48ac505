import { describe } from 'vitest';
import { dueJobsContract } from './due-jobs.contract.js';
import { firingContract } from './firing.contract.js';
import { overlapContract } from './overlap.contract.js';
import type { MakeStore } from './test-store.js';
import { unmovedContract } from './unmoved.contract.js';

/** All that a fire ledger promises, one chapter a file. */
export function fireLedgerContract(makeStore: MakeStore): void {
  describe('due jobs', () => dueJobsContract(makeStore));
  describe('firing', () => firingContract(makeStore));
  describe('unmoved', () => unmovedContract(makeStore));
  describe('overlap', () => overlapContract(makeStore));
}
