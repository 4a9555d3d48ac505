import { manyRuns } from '../../bench/many-runs.js';

/** A process of its own, whose memory nobody else uses. It tells what it has seen as JSON. */
const { DATABASE_URL = '', RUNS = '0' } = process.env;
console.log(JSON.stringify(await manyRuns(DATABASE_URL, Number(RUNS))));
