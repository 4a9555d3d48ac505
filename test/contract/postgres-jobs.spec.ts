import { clusterStoreContract } from './cluster-store.contract.js';
import { declareJobContract } from './declare-job.contract.js';
import { jobStoreContract } from './job-store.contract.js';
import { pauseJobContract } from './pause-job.contract.js';
import { makePostgresStore } from './postgres-store.js';
import { runNowContract } from './run-now.contract.js';
import { runStoreContract } from './run-store.contract.js';
import { wakeUpsContract } from './wake-ups.contract.js';

jobStoreContract(makePostgresStore);
pauseJobContract(makePostgresStore);
declareJobContract(makePostgresStore);
runNowContract(makePostgresStore);
clusterStoreContract(makePostgresStore);
runStoreContract(makePostgresStore);
wakeUpsContract(makePostgresStore);
