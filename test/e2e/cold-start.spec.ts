import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NodeProcess } from '../support/node-process.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { recordingNode } from '../support/recording-node.js';

const NODES = 10;

let database: TestDatabase;
let nodes: NodeProcess[];

beforeEach(async () => {
  database = await createEmptyDatabase();
  nodes = [];
});

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.end('SIGKILL')));
  await database.drop();
});

it('brings up ten nodes that start at the same instant on an empty database', async () => {
  nodes = Array.from({ length: NODES }, (_, n) =>
    recordingNode(`n${n}`, '/dev/null', { databaseUrl: database.url, poolSize: 3 }),
  );
  await Promise.all(nodes.map((node) => node.saying('Node started')));
  await Promise.race(nodes.map((node) => node.saying('This node became leader')));

  const [cluster] = await database.query(
    `SELECT (SELECT count(*)::int FROM carillon.migrations) AS migrations,
            (SELECT count(DISTINCT name)::int FROM carillon.migrations) AS distinct_migrations,
            (SELECT count(*)::int FROM carillon.nodes WHERE stopped_at IS NULL) AS nodes,
            (SELECT generation::int FROM carillon.leader_lock) AS generation,
            (SELECT count(*)::int FROM carillon.leader_history) AS terms`,
  );
  expect(cluster).toMatchObject({ nodes: NODES, generation: 1, terms: 1 });
  expect(cluster!['migrations']).toBe(cluster!['distinct_migrations']);
  const leaders = nodes.filter((node) => node.log.includes('This node became leader'));
  expect(leaders).toHaveLength(1);
});
