import { describe } from 'vitest';
import { claimingContract } from './claiming.contract.js';
import { finishingContract } from './finishing.contract.js';
import { givingBackContract } from './giving-back.contract.js';
import { misfireGraceContract } from './misfire-grace.contract.js';
import type { MakeStore } from './test-store.js';

/** All that a run queue promises, one chapter a file. */
export function runQueueContract(makeStore: MakeStore): void {
  describe('claiming', () => claimingContract(makeStore));
  describe('misfire grace', () => misfireGraceContract(makeStore));
  describe('finishing', () => finishingContract(makeStore));
  describe('giving back', () => givingBackContract(makeStore));
}
