import { describe } from 'vitest';
import { nodeRosterContract } from './node-roster.contract.js';
import { postgresStores } from './postgres-store.js';
import { runQueueContract } from './run-queue.contract.js';
import { settlingContract } from './settling.contract.js';

const makeStore = postgresStores();

describe('run queue', () => runQueueContract(makeStore));
describe('node roster', () => nodeRosterContract(makeStore));
describe('settling', () => settlingContract(makeStore));
