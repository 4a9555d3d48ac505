import { describe } from 'vitest';
import { clusterStoreContract } from './cluster-store.contract.js';
import { declareJobContract } from './declare-job.contract.js';
import { jobStoreContract } from './job-store.contract.js';
import { pauseJobContract } from './pause-job.contract.js';
import { postgresStores } from './postgres-store.js';
import { runNowContract } from './run-now.contract.js';
import { runStoreContract } from './run-store.contract.js';
import { wakeUpsContract } from './wake-ups.contract.js';

const makeStore = postgresStores();

describe('job store', () => jobStoreContract(makeStore));
describe('pause job', () => pauseJobContract(makeStore));
describe('declare job', () => declareJobContract(makeStore));
describe('run now', () => runNowContract(makeStore));
describe('cluster store', () => clusterStoreContract(makeStore));
describe('run store', () => runStoreContract(makeStore));
describe('wake ups', () => wakeUpsContract(makeStore));
