import type { Run } from '../../../domain/run.js';
import { pageOf } from '../../cursor.js';
import { MOST_COUNTED, totalOf, type Page, type Total } from '../../page.js';
import { compareRuns, isByFireTime, runKeyOf, runPlaceOf, type RunPlace } from '../../run-query.js';
import type { RunFilter, RunQuery } from '../../run-store.js';
import type { SchemaName } from '../schema-name.js';
import { Slices } from '../../slices.js';
import type { SqlRunner } from '../../sql-runner.js';
import { firstSince } from './first-since.js';
import { runOf, runText } from './read-run.js';
import { containing, partsOf, type Bind, type Condition, type RunPart } from './run-parts.js';

/** A page looks through so many rows of a part at most, to find those that fit. */
const LOOK = 1_000;

/** So many runs are read in one go. */
const SLICE = 100;

/** And so many to count them. */
const LOOK_TO_COUNT = 500;

/** Jobs whose name is spoken of; where there are more, a text says too little. */
const MAX_NAMED = 500;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** A part of a page, and how far down it reaches; null: to the end. */
interface Found {
  readonly runs: readonly Run[];
  readonly floor: RunPlace | null;
}

/** Runs, newest first. */
export async function listRuns(
  sql: SqlRunner,
  schema: SchemaName,
  query: RunQuery,
): Promise<Page<Run>> {
  const { limit, cursor } = query;
  const after = cursor === undefined ? null : runPlaceOf(cursor, query);
  const parts = await partsAskedFor(sql, schema, query);
  const search = new Search(sql, schema, query);
  const found: Found[] = [];
  // One after the other: they may share a connection.
  for (const part of parts) {
    found.push(await search.page(part, limit + 1, after, parts.length === 1));
  }
  const compare = compareRuns(query);
  const floors = found.flatMap(({ floor }) => (floor === null ? [] : [floor]));
  // Below the highest of them something may be missing.
  const [floor] = floors.sort(compare);
  const byId = new Map(found.flatMap(({ runs }) => runs).map((run) => [run.id, run]));
  const items = [...byId.values()]
    .sort(compare)
    .filter((run) => floor === undefined || compare(run, floor) <= 0);
  const page = pageOf(items, limit, (run) => runKeyOf(run, query));
  if (page.nextCursor !== null || floor === undefined) return page;
  const { nextCursor } = pageOf([floor, floor], 1, ({ id, fireAt }) =>
    runKeyOf({ id, fireAt: fireAt ?? new Date(0) }, query),
  );
  return { items: page.items, nextCursor };
}

/** How many fit; where they must be looked at one by one, only the newest are. */
export async function countRuns(
  sql: SqlRunner,
  schema: SchemaName,
  filter: RunFilter,
): Promise<Total> {
  const parts = await partsAskedFor(sql, schema, filter);
  const search = new Search(sql, schema, filter);
  const [only] = parts;
  if (only !== undefined && parts.length === 1 && only.residual.length === 0 && !only.each)
    return totalOf(await search.count(only));
  const ids = new Set<string>();
  let exact = true;
  for (const part of parts) {
    const counted = await search.ids(part);
    for (const id of counted.ids) ids.add(id);
    exact &&= counted.looked <= LOOK_TO_COUNT;
  }
  return { count: ids.size, exact };
}

async function partsAskedFor(
  sql: SqlRunner,
  schema: SchemaName,
  filter: RunFilter,
): Promise<readonly RunPart[]> {
  const { node, text, from } = filter;
  if (node !== undefined && !UUID.test(node)) return [];
  const named = text === undefined ? [] : await jobsNamed(sql, schema, text);
  const isBound = from !== undefined && !isByFireTime(filter);
  return partsOf(filter, named, isBound ? await firstSince(sql, schema, from) : null);
}

async function jobsNamed(sql: SqlRunner, { quoted }: SchemaName, text: string): Promise<string[]> {
  const rows = await sql.query<{ id: string }[]>(
    `SELECT id FROM ${quoted}.jobs WHERE id ILIKE $1 OR name ILIKE $1 LIMIT ${MAX_NAMED}`,
    [containing(text)],
  );
  return rows.map(({ id }) => id);
}

/** Looks through parts of the ledger. */
class Search {
  private readonly order: string;

  constructor(
    private readonly sql: SqlRunner,
    private readonly schema: SchemaName,
    filter: RunFilter,
  ) {
    this.order = isByFireTime(filter) ? 'r.fire_at DESC, r.id DESC' : 'r.id DESC';
  }

  /** @param alone nothing is merged with it: how far it reaches matters only where it is not full */
  async page(part: RunPart, most: number, after: RunPlace | null, alone: boolean): Promise<Found> {
    const looks = part.residual.length > 0;
    const rows = await this.ask<{ run: string }>(
      (bind) =>
        `SELECT ${runText(this.schema)} AS run
         FROM (${this.rows(bind, part, looks ? LOOK : most, after)}) r
         WHERE ${conjunction(part.residual, bind)} ORDER BY ${this.order} LIMIT ${most}`,
    );
    const slices = new Slices(SLICE);
    const runs: Run[] = [];
    for (const { run } of rows) {
      await slices.did(1);
      runs.push(runOf(run));
    }
    const isWhole = !looks || (alone && runs.length === most);
    return { runs, floor: isWhole ? null : await this.floor(part, after) };
  }

  /** Where the look at a part ends. */
  private async floor(part: RunPart, after: RunPlace | null): Promise<RunPlace | null> {
    const [row] = await this.ask<{ id: string; fire_at: string }>(
      (bind) =>
        `SELECT r.id::text, to_json(r.fire_at) AS fire_at
         FROM (${this.rows(bind, part, LOOK, after, 'r.id, r.fire_at')}) r OFFSET ${LOOK - 1}`,
    );
    return row === undefined ? null : { id: row.id, fireAt: new Date(row.fire_at) };
  }

  async count(part: RunPart): Promise<number> {
    const [row] = await this.ask<{ found: number }>(
      (bind) =>
        `SELECT count(*)::int AS found
         FROM (${this.rows(bind, part, MOST_COUNTED + 1, null, 'r.id')}) r`,
    );
    return row!.found;
  }

  async ids(part: RunPart): Promise<{ readonly ids: readonly string[]; readonly looked: number }> {
    const [row] = await this.ask<{ looked: number; ids: string[] }>(
      (bind) =>
        `SELECT count(*)::int AS looked,
                coalesce(array_agg(r.id::text) FILTER (WHERE ${conjunction(part.residual, bind)}),
                         '{}') AS ids
         FROM (${this.rows(bind, part, LOOK_TO_COUNT + 1, null)}) r`,
    );
    return row!;
  }

  /** The first rows of a part behind a place. */
  private rows(bind: Bind, part: RunPart, most: number, after: RunPlace | null, what = 'r.*') {
    const select = (also: readonly Condition[]) =>
      `SELECT ${what} FROM ${this.schema.quoted}.runs r
       WHERE ${conjunction([...part.where, ...behind(after), ...also], bind)}
       ORDER BY ${this.order} LIMIT ${most}`;
    const { each } = part;
    if (each === undefined) return select([]);
    const one = select([() => `r.${each.column} = v.v`]);
    return `SELECT r.* FROM unnest(${bind(each.values)}::text[]) v (v) CROSS JOIN LATERAL (${one}) r
            ORDER BY ${this.order} LIMIT ${most}`;
  }

  private ask<Row>(textOf: (bind: Bind) => string): Promise<Row[]> {
    const values: unknown[] = [];
    const text = textOf((value) => `$${values.push(value)}`);
    return this.sql.query<Row[]>(text, values);
  }
}

function behind(after: RunPlace | null): Condition[] {
  if (after === null) return [];
  const { id, fireAt } = after;
  if (fireAt === null) return [(bind) => `r.id < ${bind(id)}::bigint`];
  return [(bind) => `(r.fire_at, r.id) < (${bind(fireAt)}, ${bind(id)}::bigint)`];
}

const conjunction = (conditions: readonly Condition[], bind: Bind): string =>
  conditions.map((condition) => condition(bind)).join(' AND ') || 'true';
