import type { Job } from '../api/types.js';
import { duration } from '../time/duration.js';

/** How a job behaves, a sentence for each policy. */
export function policyWords(job: Job): readonly (readonly [string, string])[] {
  return [
    ['Overlap', overlap(job)],
    ['Missed fire times', missed(job)],
    ['Time limit', timeLimit(job)],
    ['Retry', retry(job)],
    ['A node that dies', crash(job)],
    ...(job.jitterMs > 0 ? [jitter(job)] : []),
    ...(job.maxRuns === null ? [] : [maxRuns(job)]),
    ...(job.transactional ? [TRANSACTIONAL] : []),
    ...(job.priority === 0
      ? []
      : [['Priority', `${job.priority}: lower numbers start first.`] as const]),
  ];
}

const TRANSACTIONAL = [
  'Writes',
  'Its writes and its success are committed together, or not at all.',
] as const;

function overlap({ overlap: policy, maxInstances, bufferLimit }: Job): string {
  const many = maxInstances === 1 ? 'a run is going on' : `${maxInstances} runs are going on`;
  switch (policy) {
    case 'skip':
      return `While ${many}, further fire times are skipped.`;
    case 'buffer-one':
      return `While ${many}, one more run waits for its turn.`;
    case 'buffer-all':
      return `While ${many}, up to ${bufferLimit} runs wait for their turn.`;
    case 'cancel-previous':
      return `While ${many}, the next fire time cancels them and takes their place.`;
    case 'allow':
      return 'Runs start whatever else is going on.';
  }
}

const KEPT = {
  latest: 'the latest of them runs',
  earliest: 'the earliest of them runs',
  all: 'each of them runs',
} as const;

function missed({ misfireGraceMs, coalesce }: Job): string {
  const which = `of several, ${KEPT[coalesce]}`;
  if (misfireGraceMs === null) return `Made up for, however late; ${which}.`;
  return `Made up for while they are less than ${duration(misfireGraceMs)} late; ${which}.`;
}

function timeLimit({ timeoutMs }: Job): string {
  return timeoutMs === null
    ? 'None: a run may take for ever.'
    : `A run that takes longer than ${duration(timeoutMs)} is aborted.`;
}

function retry({ retry: { maxAttempts, backoff = 'exponential', delayMs = 1_000 } }: Job): string {
  if (maxAttempts === 1) return 'None: a run that fails has failed.';
  const times = maxAttempts === 2 ? 'once' : `up to ${maxAttempts - 1} times`;
  const how = backoff === 'fixed' ? 'each time' : 'then longer and longer';
  return `Tried again ${times}, after ${duration(delayMs)}, ${how}.`;
}

function crash({ onCrash }: Job): string {
  return onCrash === 'rerun'
    ? 'Its run is started again by another node.'
    : 'Its run is abandoned, and the next fire time goes on.';
}

const jitter = ({ jitterMs }: Job) =>
  [
    'Jitter',
    `Starts up to ${duration(jitterMs)} after its fire time, always as much for one.`,
  ] as const;

const maxRuns = ({ maxRuns: most }: Job) =>
  ['Runs', `Finished after ${most} runs that its trigger has started.`] as const;
