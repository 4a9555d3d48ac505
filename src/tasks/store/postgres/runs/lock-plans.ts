import type { SchemaName } from '../schema-name.js';

/**
 * Locks the plans of the jobs of a CTE, in their order, and passes over those that somebody else holds. Their
 * revisions tell which jobs were changed since the snapshot.
 *
 * Made to be read as a CTE of its own. `source` may bring a WHERE.
 */
export const lockPlans = ({ quoted }: SchemaName, source: string) => `
      SELECT p.job_id, p.revision
      FROM ${quoted}.job_plans p
      WHERE p.job_id IN (SELECT job_id FROM ${source})
      ORDER BY p.job_id
      FOR NO KEY UPDATE SKIP LOCKED`;
