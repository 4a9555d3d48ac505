import { describe } from 'vitest';
import { fencingContract } from './fencing.contract.js';
import { fireLedgerContract } from './fire-ledger.contract.js';
import { leaderLockContract } from './leader-lock.contract.js';
import { postgresStores } from './postgres-store.js';

const makeStore = postgresStores();

describe('leader lock', () => leaderLockContract(makeStore));
describe('fire ledger', () => fireLedgerContract(makeStore));
describe('fencing', () => fencingContract(makeStore));
