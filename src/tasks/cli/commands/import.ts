import { readFile } from 'node:fs/promises';
import type { Bulk, Job } from '../answers.js';
import type { Api } from '../api.js';
import type { Command } from '../command.js';
import { CliError, EXIT } from '../exit-codes.js';
import { parseExported } from '../exported.js';
import { planImport, type Change } from '../import-plan.js';
import { all } from '../pages.js';
import { plain } from '../words.js';

/** So many jobs are sent in one request: a server may take no more than 100 kB. */
const AT_ONCE = 50;

export const importJobs: Command = {
  name: 'import',
  summary: 'says what a file of export would change, and with --yes changes it',
  args: [{ name: 'file', about: 'what export has written' }],
  options: {
    yes: { about: 'changes it; without it nothing is changed' },
    prune: { about: 'also removes jobs made at run time that are not in the file' },
    reason: { value: 'text', about: 'why, for the audit' },
  },
  async run(given, { api, answer, err }) {
    const wanted = parseExported(await textOf(given.word('file')));
    const there = await all<Job>(api, 'jobs', {});
    const plan = planImport(wanted, there, given.flag('prune'));
    const isDone = given.flag('yes');
    const refused = isDone ? await apply(api, plan.changes, given.text('reason')) : [];
    answer({ ...plan, applied: isDone, refused }, () => [
      ...plan.changes.flatMap(linesOf).map(plain),
      ...plan.missing.map((id) => plain(`? ${id} is of code that no node has`)),
      ...plan.taken.map((id) => plain(`! ${id} is of the code there, and is left as it is`)),
      `${plan.changes.length} changes, ${plan.same} jobs are as in the file.`,
    ]);
    for (const { id, detail } of refused) err(plain(`${id} was refused: ${detail}`));
    if (!isDone && plan.changes.length > 0) err('Nothing was changed. Give --yes to change it.');
    return refused.length > 0 ? EXIT.failed : EXIT.ok;
  },
};

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError(EXIT.usage, `${path} cannot be read: ${(error as Error).message}`);
  }
}

const MARKS = { create: '+', change: '~', remove: '-' } as const;

const linesOf = ({ do: what, id, differs }: Change): string[] => [
  `${MARKS[what]} ${id}`,
  ...differs.map(
    ({ field, from, to }) => `    ${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`,
  ),
];

interface Refused {
  readonly id: string;
  readonly detail: string;
}

/** In this order: a job that is to be paused is so before it could fire. */
async function apply(
  api: Api,
  changes: readonly Change[],
  reason: string | undefined,
): Promise<readonly Refused[]> {
  const why = reason === undefined ? {} : { reason };
  const refused: Refused[] = [];
  const note = ({ items }: Bulk) => {
    for (const { id, status, detail = `status ${status}` } of items)
      if (status >= 400) refused.push({ id, detail });
  };
  const made = changes.flatMap(({ job }) => (job === null ? [] : [job]));
  for (const jobs of slices(made))
    note(
      await api.post<Bulk>('jobs/bulk', { action: 'create', conflict: 'replace', jobs, ...why }),
    );
  const gone = changes.filter((change) => change.do === 'remove').map(({ id }) => id);
  for (const ids of slices(gone))
    note(await api.post<Bulk>('jobs/bulk', { action: 'remove', ids, ...why }));
  for (const change of changes) {
    if (refused.some(({ id }) => id === change.id)) continue;
    await one(api, change).catch((error: unknown) => {
      if (!(error instanceof CliError) || error.exit === EXIT.unreachable) throw error;
      refused.push({ id: change.id, detail: error.message });
    });
  }
  return refused;
}

/** What is asked for each job by itself. */
async function one(api: Api, { id, patch, pause }: Change): Promise<void> {
  const path = `jobs/${encodeURIComponent(id)}`;
  if (patch !== null) await api.patch(path, patch);
  if (pause === null) return;
  await (pause.to === null ? api.post(`${path}/resume`) : api.post(`${path}/pause`, pause.to));
}

function slices<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / AT_ONCE);
  return Array.from({ length: count }, (_, n) => all.slice(n * AT_ONCE, (n + 1) * AT_ONCE));
}
