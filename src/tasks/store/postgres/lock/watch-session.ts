import type { StatementOf } from '../session/statement.js';

/** Waits until no session holds the hint of a token: class, key, at most so many milliseconds. */
export const watchSession: StatementOf = ({ quoted }) => ({
  name: 'watch_session',
  text: `SELECT ${quoted}.watch_session($1, $2, $3) AS ended`,
});
