import type { TasksService } from './tasks/index.js';

/** What a start says last: how many jobs there are, and which fires next. */
export async function startWords(tasks: TasksService): Promise<string> {
  const [all, active, next] = await Promise.all([
    tasks.countJobs(),
    tasks.countJobs({ state: 'active' }),
    tasks.getJobs({ state: 'active', order: 'nextFireAt', limit: 1 }),
  ]);
  const rest = active.count < all.count ? `, ${active.count} of them active` : '';
  const jobs = `${all.exact ? '' : 'More than '}${all.count} ${all.count === 1 ? 'job' : 'jobs'}`;
  const first = next.items[0];
  if (!first?.nextFireAt) return `${jobs}${rest}; none of them fires by itself.`;
  return `${jobs}${rest}; next: ${first.id} at ${first.nextFireAt.toISOString()}.`;
}
