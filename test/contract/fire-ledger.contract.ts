import { describe } from 'vitest';
import { bufferingContract } from './buffering.contract.js';
import { cancelPreviousContract } from './cancel-previous.contract.js';
import { dueJobsContract } from './due-jobs.contract.js';
import { firingContract } from './firing.contract.js';
import { maxRunsContract } from './max-runs.contract.js';
import { overlapContract } from './overlap.contract.js';
import { releasingContract } from './releasing.contract.js';
import type { MakeStore } from './test-store.js';
import { unmovedContract } from './unmoved.contract.js';

/** All that a fire ledger promises, one chapter a file. */
export function fireLedgerContract(makeStore: MakeStore): void {
  describe('due jobs', () => dueJobsContract(makeStore));
  describe('firing', () => firingContract(makeStore));
  describe('unmoved', () => unmovedContract(makeStore));
  describe('overlap', () => overlapContract(makeStore));
  describe('buffering', () => bufferingContract(makeStore));
  describe('cancel previous', () => cancelPreviousContract(makeStore));
  describe('releasing', () => releasingContract(makeStore));
  describe('max runs', () => maxRunsContract(makeStore));
}
