import type { Job } from '../answers.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { facts, instant } from '../words.js';

export const why: Command = {
  name: 'why',
  summary: 'says why a job has not run or when it will, and what to do',
  args: [{ name: 'job', about: 'the id of a job' }],
  options: {},
  async run(given, { api, answer }) {
    const job = await api.get<Job>(`jobs/${encodeURIComponent(given.word('job'))}`);
    answer(job.why, () =>
      facts({
        job: job.name === job.id ? job.id : `${job.id} (${job.name})`,
        state: job.why!.state,
        why: job.why!.reason,
        since: job.why!.since && instant(job.why!.since),
        'to do': job.why!.remedy,
        next: job.nextFireAt && instant(job.nextFireAt),
        'last fire': job.lastFireAt && instant(job.lastFireAt),
      }),
    );
    return EXIT.ok;
  },
};
