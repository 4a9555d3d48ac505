import type { RegisteredTask } from './task-registry.js';

/**
 * What the jobs of this host do otherwise here than with `@nestjs/schedule`, on purpose: each that
 * applies, in a sentence. The guide has the remedies.
 */
export function differences(tasks: readonly RegisteredTask[]): readonly string[] {
  const stock = tasks.flatMap(({ stock: declared, job }) =>
    declared && job ? [{ kind: declared.kind, job }] : [],
  );
  const has = (kind: string) => stock.some((one) => one.kind === kind);
  const repeats = stock.filter(({ kind }) => kind !== 'timeout');
  return [
    ...(repeats.some(({ job }) => job.overlap === 'skip')
      ? ['a fire time that comes while a run goes on is skipped']
      : []),
    ...(repeats.some(({ job }) => job.misfireGraceMs === null || job.misfireGraceMs > 250)
      ? ['the last fire time that everybody missed is made up for']
      : []),
    ...(has('interval') ? ['an interval keeps its beat over restarts'] : []),
    ...(has('timeout') ? ['@Timeout runs once after each cold start of the cluster'] : []),
  ];
}
