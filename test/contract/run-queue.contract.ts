import { describe } from 'vitest';
import { claimingContract } from './claiming.contract.js';
import { finishingContract } from './finishing.contract.js';
import { givingBackContract } from './giving-back.contract.js';
import { misfireGraceContract } from './misfire-grace.contract.js';
import { reportingContract } from './reporting.contract.js';
import { retryingContract } from './retrying.contract.js';
import { runWakeUpsContract } from './run-wake-ups.contract.js';
import type { MakeStore } from './test-store.js';

/** All that a run queue promises, one chapter a file. */
export function runQueueContract(makeStore: MakeStore): void {
  describe('claiming', () => claimingContract(makeStore));
  describe('misfire grace', () => misfireGraceContract(makeStore));
  describe('finishing', () => finishingContract(makeStore));
  describe('retrying', () => retryingContract(makeStore));
  describe('reporting', () => reportingContract(makeStore));
  describe('run wake-ups', () => runWakeUpsContract(makeStore));
  describe('giving back', () => givingBackContract(makeStore));
}
