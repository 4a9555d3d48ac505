import { nodeRosterContract } from './node-roster.contract.js';
import { makePostgresStore } from './postgres-store.js';
import { runQueueContract } from './run-queue.contract.js';
import { settlingContract } from './settling.contract.js';

runQueueContract(makePostgresStore);
nodeRosterContract(makePostgresStore);
settlingContract(makePostgresStore);
