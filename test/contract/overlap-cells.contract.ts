import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OverlappedError } from '../../src/tasks/domain/errors.js';
import { OVERLAP, type Overlap } from '../../src/tasks/domain/job.js';
import { fatesOf, makesRoom, type Fate } from '../../src/tasks/domain/overlap.js';
import type { Run } from '../../src/tasks/domain/run.js';
import { aJob, minutes } from '../support/builders.js';
import { aNodeAtWork, fireDue, lead, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

const BUFFER_LIMIT = 2;
const DUE_AT_ONCE = 3;

interface Cell {
  readonly overlap: Overlap;
  readonly maxInstances: number;
  /** Runs that go on. */
  readonly running: number;
  /** Runs that have not begun. */
  readonly pending: number;
  readonly buffered: number;
}

const CELLS: readonly Cell[] = OVERLAP.flatMap((overlap) =>
  [1, 2].flatMap((maxInstances) =>
    [0, 1, 2].flatMap((running) =>
      // At the limit and beyond it is the same.
      (running > maxInstances ? [] : running === maxInstances ? [0] : [0, 1]).flatMap((pending) =>
        [0, 1, 2].map((buffered) => ({ overlap, maxInstances, running, pending, buffered })),
      ),
    ),
  ),
);

const idOf = (cell: Cell) => Object.values(cell).join('-');

/** What the rules of the domain say of so many runs that come in this situation. */
function expectedOf(cell: Cell, many: number): readonly Fate[] {
  const { running, pending, buffered } = cell;
  const policy = { ...cell, bufferLimit: BUFFER_LIMIT };
  const before = { live: running + pending, buffered };
  const left = makesRoom(policy, before) ? { live: running, buffered: 0 } : before;
  return fatesOf(policy, left, many);
}

const fateOf = ({ state, held, reason }: Run): Fate => {
  if (state === 'skipped') return reason as Fate;
  return held === 'buffered' ? 'waits' : 'starts';
};

/** In every situation the store decides as `domain/overlap.ts` does. */
export function overlapCellsContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
  });
  afterEach(() => store.close());

  /** A job in that situation. Its runs were asked for, and are told from those that come by that. */
  const set = async (cell: Cell) => {
    const { overlap, maxInstances, running, pending, buffered } = cell;
    const id = idOf(cell);
    const policy = { overlap, maxInstances, bufferLimit: BUFFER_LIMIT, coalesce: 'all' } as const;
    await store.jobs.add(aJob(id, policy), 'api');
    for (let n = 0; n < running + pending + buffered; n++) {
      const { id: runId } = await store.jobs.runNow(id, { overlap: 'allow' });
      if (n < running) await store.amend(runId, { state: 'running' });
      else if (n >= running + pending) await store.amend(runId, { held: 'buffered' });
    }
  };

  describe.each(OVERLAP)('in every situation under `%s`', (overlap) => {
    const cells = CELLS.filter((cell) => cell.overlap === overlap);
    const table = <T>(rows: readonly (readonly [Cell, T])[]) =>
      Object.fromEntries(rows.map(([cell, fates]) => [idOf(cell), fates]));

    it('fires as the rules say', async () => {
      const token = await lead(node);
      for (const cell of cells) await set(cell);
      store.advance(minutes(DUE_AT_ONCE));
      await node.roster.beat();
      await fireDue(store, node, token);
      const rows: [Cell, Fate[]][] = [];
      for (const cell of cells) {
        const fired = (await runsOf(store, idOf(cell))).filter(({ cause }) => cause === 'fired');
        rows.push([cell, fired.map(fateOf)]);
      }
      expect(table(rows)).toEqual(
        table(cells.map((cell) => [cell, expectedOf(cell, DUE_AT_ONCE)])),
      );
    });

    it('takes a run that is asked for as the rules say', async () => {
      const rows: [Cell, Fate][] = [];
      for (const cell of cells) {
        await set(cell);
        const fate = await store.jobs.runNow(idOf(cell), {}).then(fateOf, (error: unknown) => {
          if (error instanceof OverlappedError) return 'overlapped' as const;
          throw error;
        });
        rows.push([cell, fate]);
      }
      const refused = (fate: Fate) => (fate === 'limit' ? 'overlapped' : fate);
      expect(table(rows)).toEqual(
        table(cells.map((cell) => [cell, refused(expectedOf(cell, 1)[0]!)])),
      );
    });
  });
}
