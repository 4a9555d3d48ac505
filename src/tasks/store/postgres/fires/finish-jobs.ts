import { STAMP } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';

/** What has moved behind its last fire time is finished: from `moved`, with `job_id` and `next_fire_at`. */
export const finishJobs = ({ quoted }: SchemaName) => `
    finished AS (
      UPDATE ${quoted}.jobs j
      SET state = 'finished', updated_at = ${STAMP}
      FROM moved m
      WHERE j.id = m.job_id AND m.next_fire_at IS NULL)`;
