import { triggerOf } from '../../src/tasks/triggers/parse-trigger.js';
import { bug, jobsBug, patched, type PlantedBug } from './planted-bug.js';

/** Mistakes in the firing rules, and in what a change of a job does to its plan. */
export const PLANTED_RULE_BUGS: readonly PlantedBug[] = [
  bug('lets go whatever waits its turn', ['overlap is respected'], (store, database) => ({
    fires: patched(store.fires, {
      release: (token) => {
        for (const run of database.runs.live()) {
          if (run.held === 'buffered') database.runs.write({ ...run, held: null });
        }
        return store.fires.release(token);
      },
    }),
  })),
  bug('does not count the runs that a job has had', ['a job has its runs'], (store) => ({
    fires: patched(store.fires, {
      due: async (...asked) => {
        const due = await store.fires.due(...asked);
        const jobs = due.jobs.map((job) => ({ ...job, policy: { ...job.policy, maxRuns: null } }));
        return { ...due, jobs };
      },
    }),
  })),
  jobsBug(
    'makes up for what a pause missed, whatever was said',
    ['what a pause missed stays missed'],
    (jobs) => ({ resume: (id, _misses, by) => jobs.resume(id, 'once', by) }),
  ),
  jobsBug('forgets what a paused job has missed', ['no fire time vanishes'], (jobs, database) => ({
    resume: (id, misses, by) => {
      const row = database.jobs.get(id);
      if (row?.idleSince) database.jobs.set(id, { ...row, idleSince: database.now() });
      return jobs.resume(id, misses, by);
    },
  })),
  jobsBug(
    'plans an edited job from the past',
    ['no fire time vanishes', 'no fire time is made up', 'ranges hold no other row'],
    (jobs, database) => ({
      modify: async (id, patch, by) => {
        const job = await jobs.modify(id, patch, by);
        const row = database.jobs.get(id);
        if (patch.trigger === undefined || !row?.nextFireAt) return job;
        const nextFireAt = triggerOf(row.trigger).previous(database.now()) ?? row.nextFireAt;
        database.jobs.set(id, { ...row, nextFireAt });
        return job;
      },
    }),
  ),
];
