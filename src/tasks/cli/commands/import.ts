import { readFile } from 'node:fs/promises';
import type { Job } from '../answers.js';
import { applyImport, complaintOf, exitAfter, type Outcome } from '../apply-import.js';
import type { Command } from '../command.js';
import { CliError, EXIT } from '../exit-codes.js';
import { narrowedBy, parseExported, type Exported } from '../exported.js';
import { planImport, type Change, type ImportPlan } from '../import-plan.js';
import { all } from '../pages.js';
import { plain } from '../words.js';

const NOTHING_DONE: Outcome = { applied: [], refused: [] };

export const importJobs: Command = {
  name: 'import',
  summary: 'says what a file of export would change, and with --yes changes it',
  args: [{ name: 'file', about: 'what export has written' }],
  options: {
    yes: { about: 'changes it; without it nothing is changed' },
    prune: {
      about:
        'also removes jobs made at run time that are not in the file; refused for one of export --tag or --task',
    },
    reason: { value: 'text', about: 'why, for the audit of each change' },
  },
  async run(given, { api, answer, err, signal }) {
    const path = given.word('file');
    const wanted = parseExported(await textOf(path));
    const prune = given.flag('prune');
    if (prune) checkWhole(wanted, path);
    const there = await all<Job>(api, 'jobs', {}).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (there === null) {
      err('It was ended before anything was changed.');
      return EXIT.failed;
    }
    const plan = planImport(wanted, there, prune);
    const isDone = given.flag('yes');
    const { applied, refused } = isDone
      ? await applyImport(api, plan.changes, given.text('reason'), signal)
      : NOTHING_DONE;
    answer({ ...plan, applied: isDone, done: applied, refused }, () =>
      isDone ? doneLines(plan, new Set(applied)) : planLines(plan),
    );
    for (const one of refused) err(plain(complaintOf(one)));
    if (!isDone && plan.changes.length > 0) err('Nothing was changed. Give --yes to change it.');
    return exitAfter(refused);
  },
};

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError(EXIT.usage, `${path} cannot be read: ${(error as Error).message}`);
  }
}

/** @throws CliError for a file that says nothing of some jobs, which are there nevertheless */
function checkWhole(file: Exported, path: string): void {
  const options = narrowedBy(file);
  if (options === null) return;
  throw new CliError(
    EXIT.usage,
    plain(
      `${path} holds only a part of the jobs: it was exported with ${options}. ` +
        '--prune would remove all others. Export without a filter, or import without --prune.',
    ),
  );
}

const planLines = ({ changes, same, ...left }: ImportPlan): string[] => [
  ...changes.flatMap(linesOf),
  ...leftLines(left),
  `${changes.length} changes, ${same} jobs are as in the file.`,
];

/** @param applied the ids of those that were made */
const doneLines = (
  { changes, same, ...left }: ImportPlan,
  applied: ReadonlySet<string>,
): string[] => [
  ...changes.filter(({ id }) => applied.has(id)).flatMap(linesOf),
  ...leftLines(left),
  `${applied.size} of ${changes.length} changes were made, ${same} jobs are as in the file.`,
];

const leftLines = ({ missing, taken }: Pick<ImportPlan, 'missing' | 'taken'>): string[] => [
  ...missing.map((id) => plain(`? ${id} is of code that no node has`)),
  ...taken.map((id) => plain(`! ${id} is of the code there, and is left as it is`)),
];

const MARKS = { create: '+', change: '~', remove: '-' } as const;

const linesOf = ({ do: what, id, differs }: Change): string[] =>
  [
    `${MARKS[what]} ${id}`,
    ...differs.map(
      ({ field, from, to }) => `    ${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`,
    ),
  ].map(plain);
