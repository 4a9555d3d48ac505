import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rootFolder } from '../chaos/root-folder.js';
import { INVARIANTS } from '../simulation/invariants.js';
import { readMutants, type Mutant } from './mutant.js';
import { Workshop, type Catch } from './workshop.js';

/**
 * `npm run mutants`: does the harness notice when a guard is gone? Each planted bug is built in a copy
 * of the repository, simulated and broken. `--only 03,07` chooses, `--tries 2` says how many seeds a
 * bug may survive before it counts as missed.
 */
const { values } = parseArgs({
  options: { only: { type: 'string' }, tries: { type: 'string', default: '2' } },
});
const only = values.only?.split(',');
const names = INVARIANTS.map(({ name }) => name);
const ROOT = rootFolder();

interface Row {
  readonly mutant: Mutant;
  readonly found: Catch | null;
  /** Why it could not be tried: the patch no longer applies, or what it makes does not build. */
  readonly broken: string | null;
  readonly seconds: number;
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

const rows: Row[] = [];
for (const mutant of readMutants(join(ROOT, 'test/mutants'))) {
  if (stop.signal.aborted || (only && !only.includes(mutant.number))) continue;
  const row = await tryOut(mutant);
  rows.push(row);
  console.log(line(row));
}
console.log(`\n| bug | removes | verdict | by | invariants | after |\n|---|---|---|---|---|---|`);
for (const row of rows) console.log(tableLine(row));
const unexpected = rows.filter(
  ({ mutant, found, broken }) => broken !== null || (!found && mutant.expect === 'caught'),
);
console.log(`\n${rows.filter(({ found }) => found).length} of ${rows.length} caught.`);
process.exitCode = unexpected.length === 0 ? 0 : 1;

async function tryOut(mutant: Mutant): Promise<Row> {
  const workshop = new Workshop(ROOT, stop.signal);
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 1_000);
  try {
    await workshop.spoil(mutant);
    const found = await findIt(workshop, mutant);
    return { mutant, found, broken: null, seconds: seconds() };
  } catch (error) {
    const broken = error instanceof Error ? error.message : String(error);
    return { mutant, found: null, broken, seconds: seconds() };
  } finally {
    workshop.remove();
  }
}

async function findIt(workshop: Workshop, mutant: Mutant): Promise<Catch | null> {
  const simulated = mutant.concernsSimulation ? await workshop.simulate(names) : null;
  if (simulated) return simulated;
  // One that others cover is expected to survive.
  const tries = mutant.expect === 'redundant' ? 1 : Number(values.tries);
  for (let seed = 1; seed <= tries; seed++) {
    const found = await workshop.breakIt(mutant.chaos, seed);
    if (found) return found;
  }
  return null;
}

function verdictOf({ mutant, found, broken }: Row): string {
  if (broken !== null) return 'NOT TRIED';
  if (found) return 'caught';
  return mutant.expect === 'redundant' ? `redundant, see ${mutant.pair ?? '?'}` : 'MISSED';
}

function line(row: Row): string {
  const { mutant, found, seconds } = row;
  const by = found ? ` by the ${found.by}: ${found.invariants.join(', ')}` : (row.broken ?? '');
  return `${mutant.number} ${mutant.name}: ${verdictOf(row)}${by} (${seconds} s)`;
}

function tableLine(row: Row): string {
  const { mutant, found, seconds } = row;
  const cells = [
    `${mutant.number} ${mutant.name}`,
    mutant.removes,
    verdictOf(row),
    found?.by ?? '',
    found?.invariants.join(', ') ?? '',
    `${seconds} s`,
  ];
  return `| ${cells.join(' | ')} |`;
}
