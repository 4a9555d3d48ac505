import { writeFile } from 'node:fs/promises';
import type { Job } from '../answers.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { exported } from '../exported.js';
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
    const query = { tag: given.list('tag'), task: given.text('task') };
    const file = exported(await all<Job>(api, 'jobs', query));
    const text = JSON.stringify(file, null, 2);
    const path = given.optional('file');
    if (path === undefined) out(text);
    else await writeFile(path, `${text}\n`);
    err(`${file.jobs.length} jobs, and what was changed of ${file.declared.length} of the code.`);
    return EXIT.ok;
  },
};
