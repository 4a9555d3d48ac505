import { fencingContract } from './fencing.contract.js';
import { fireLedgerContract } from './fire-ledger.contract.js';
import { leaderLockContract } from './leader-lock.contract.js';
import { makePostgresStore } from './postgres-store.js';

leaderLockContract(makePostgresStore);
fireLedgerContract(makePostgresStore);
fencingContract(makePostgresStore);
