import type { SchemaName } from '../schema-name.js';

/**
 * Tells the leader that instances of jobs got free for which others of their runs wait. It is looked up for each
 * job on its own: an EXISTS would be answered by a list of all that waits. What a fire in flight lets wait meanwhile is not seen here;
 * the leader looks for that by itself.
 *
 * @param ended a CTE with the `job_id` of what has ended
 */
export const tellSlots = ({ quoted }: SchemaName, ended: string, channel: string) => `
      SELECT pg_notify(${channel}, 'slots')
      FROM (SELECT 1 FROM ${ended} e
            WHERE (SELECT true FROM ${quoted}.runs b
                   WHERE b.held = 'buffered' AND b.job_id = e.job_id LIMIT 1)
            LIMIT 1) w`;
