import type { SchemaName } from '../schema-name.js';

/*
 * Runs of which there are few, however many wait or have ended: each list is an index of its own, gone through by its
 * order. Without that order a planner that knew no waiting run takes the index of all that is unfinished for as short.
 */

/** Those that run now: no more than the nodes have slots. */
export const running = ({ quoted }: SchemaName) =>
  `SELECT * FROM ${quoted}.runs WHERE state = 'running' ORDER BY node_id OFFSET 0`;

/** Those that run at a node. A range, as an equal one needs no order, and then that list seems as good. */
export const runningAt = ({ quoted }: SchemaName, node: string) =>
  `SELECT * FROM ${quoted}.runs
   WHERE state = 'running' AND node_id BETWEEN ${node} AND ${node} ORDER BY node_id OFFSET 0`;

/** Those whose handler goes on although their time is over. */
export const overdue = ({ quoted }: SchemaName) =>
  `SELECT * FROM ${quoted}.runs WHERE handler_alive ORDER BY node_id OFFSET 0`;

/**
 * Of a run `r` that is known by its key, whether its handler goes on at that node. The CASE hides that there is a list
 * of such runs: a planner that takes it for empty would go through it for each key.
 */
export const goesOn = (node: string) => `CASE WHEN r.node_id = ${node} THEN r.handler_alive END`;
