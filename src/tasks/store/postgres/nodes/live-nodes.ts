import { interval, STATEMENT_CLOCK } from '../database-time.js';

/**
 * Which rows of `nodes` are alive: a sign of life within so many milliseconds. By the clock that stands
 * still in a statement, so that an index leads to them past all those that ever were.
 *
 * @param deadAfterMs the parameter that holds dead-after
 */
export const isAlive = (deadAfterMs: string, node = '') =>
  `${node}stopped_at IS NULL AND ${node}heartbeat_at > ${STATEMENT_CLOCK} - ${interval(deadAfterMs)}`;
