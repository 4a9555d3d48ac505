import { writeFile } from 'node:fs/promises';
import type { Job } from '../answers.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { exported, type Filter } from '../exported.js';
import { all } from '../pages.js';

export const exportJobs: Command = {
  name: 'export',
  summary:
    'writes jobs to a file: those made at run time, and what was changed of those of the code',
  args: [
    { name: 'file', about: 'where to; the standard output if it is left out', optional: true },
  ],
  options: {
    tag: { value: 'tag', about: 'that bear it', multiple: true },
    task: { value: 'task', about: 'of this task' },
  },
  async run(given, { api, out, err }) {
    const [tag, task] = [given.list('tag'), given.text('task')];
    const filter: Filter = { ...(tag.length > 0 && { tag }), ...(task !== undefined && { task }) };
    const file = exported(await all<Job>(api, 'jobs', filter), filter);
    const text = JSON.stringify(file, null, 2);
    const path = given.optional('file');
    if (path === undefined) out(text);
    else await writeFile(path, `${text}\n`);
    err(`${file.jobs.length} jobs, and what was changed of ${file.declared.length} of the code.`);
    return EXIT.ok;
  },
};
