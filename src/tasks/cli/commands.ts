import type { Command } from './command.js';
import { backfill } from './commands/backfill.js';
import { completion } from './commands/completion.js';
import { doctor } from './commands/doctor.js';
import { exportJobs } from './commands/export.js';
import { importJobs } from './commands/import.js';
import { jobs } from './commands/jobs.js';
import { pause, resume } from './commands/pause.js';
import { preview } from './commands/preview.js';
import { problems } from './commands/problems.js';
import { cancel, retry } from './commands/repair.js';
import { run } from './commands/run.js';
import { runs } from './commands/runs.js';
import { tail } from './commands/tail.js';
import { why } from './commands/why.js';

const LISTED: readonly Command[] = [
  problems,
  doctor,
  jobs,
  why,
  runs,
  tail,
  run,
  cancel,
  retry,
  pause,
  resume,
  backfill,
  exportJobs,
  importJobs,
  preview,
];

/** In the order of the help. */
export const COMMANDS: readonly Command[] = [...LISTED, completion(LISTED)];
