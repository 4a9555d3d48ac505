/** The job that the examples are about. */
export const EXAMPLE_JOB = {
  id: 'daily-report',
  task: 'reports.daily',
  payload: { team: 7 },
  tags: ['reports'],
  trigger: { type: 'cron', expression: '0 9 * * 1-5', timeZone: 'Europe/Berlin' },
} as const;

/** A run of it that has ended, one that waits, and a node; the tests put real ids in their place. */
export const EXAMPLE_RUN = '17';
export const EXAMPLE_PENDING_RUN = '18';
export const EXAMPLE_NODE = '0d9f5a1e-5f0c-4b6e-9d53-3c1f6f2f7a11';
