import { STAMP } from '../database-time.js';
import type { StatementOf } from '../session/statement.js';

/** The node $2 says good-bye. */
export const leave: StatementOf = ({ quoted }) => ({
  name: 'leave',
  text: `UPDATE ${quoted}.nodes SET stopped_at = ${STAMP} WHERE id = $2::uuid`,
});
