import type { Job } from '../answers.js';
import type { Command } from '../command.js';
import { CliError, EXIT } from '../exit-codes.js';
import type { Given } from '../given.js';
import { instant, plain } from '../words.js';

const JOB = { name: 'job', about: 'the id of a job', optional: true } as const;
const ALL = { about: 'the whole cluster, instead of a job' };

export const pause: Command = {
  name: 'pause',
  summary: 'pauses a job, or with --all the whole cluster',
  args: [JOB],
  options: {
    all: ALL,
    reason: { value: 'text', about: 'why, for whoever sees it' },
    until: { value: 'instant', about: 'when a job goes on by itself' },
  },
  async run(given, { api, answer }) {
    const id = target(given);
    const reason = given.text('reason') ?? null;
    const until = given.text('until');
    if (id === null) {
      if (until !== undefined) {
        throw new CliError(EXIT.usage, '--until is for a job. The cluster is resumed by hand.');
      }
      await api.post('pause', { reason });
      answer({ paused: true }, () => ['The cluster is paused: nothing is fired or started.']);
      return EXIT.ok;
    }
    const job = await api.post<Job>(`${pathOf(id)}/pause`, { reason, until: until ?? null });
    const end = job.pausedUntil ? `until ${instant(job.pausedUntil)}` : 'until it is resumed';
    answer(job, () => [plain(`${job.id} is paused ${end}.`)]);
    return EXIT.ok;
  },
};

export const resume: Command = {
  name: 'resume',
  summary: 'resumes a job, or with --all the whole cluster',
  args: [JOB],
  options: {
    all: ALL,
    misses: { value: 'skip|once', about: 'whether the last fire time that was missed runs now' },
  },
  async run(given, { api, answer }) {
    const id = target(given);
    const misses = given.text('misses');
    if (id === null) {
      if (misses !== undefined) throw new CliError(EXIT.usage, '--misses is for a job.');
      await api.post('resume');
      answer({ paused: false }, () => ['The cluster goes on.']);
      return EXIT.ok;
    }
    const job = await api.post<Job>(`${pathOf(id)}/resume`, misses === undefined ? {} : { misses });
    answer(job, () => [plain(`${job.id} goes on. ${nextOf(job)}`)]);
    return EXIT.ok;
  },
};

/** A job, or null: the cluster. Nobody shall stop everything because a word was left out. */
function target(given: Given): string | null {
  const id = given.optional('job');
  if ((id === undefined) === given.flag('all')) return id ?? null;
  throw new CliError(EXIT.usage, 'Name one job, or give --all for the whole cluster.');
}

const pathOf = (id: string) => `jobs/${encodeURIComponent(id)}`;

const nextOf = ({ nextFireAt }: Job) =>
  nextFireAt === null ? 'It has no next fire time.' : `It fires next at ${instant(nextFireAt)}.`;
