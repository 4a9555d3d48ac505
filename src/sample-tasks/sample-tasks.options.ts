import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the samples are set up. */
export class SampleTasksOptions {
  /**
   * Where orders to import arrive, and where old files are removed.
   * Default: `carillon-sample` in the system's folder for temporary files.
   */
  folder = join(tmpdir(), 'carillon-sample');

  /** How old a file in the folder may become, in ms. Default: one hour. */
  fileMaxAgeMs = 3_600_000;
}
