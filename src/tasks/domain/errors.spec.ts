import { expect, it } from 'vitest';
import {
  DuplicateJobError,
  HostDatabaseError,
  InvalidInputError,
  JobExistsError,
  JobNotFoundError,
  NodesSilentError,
  OverlappedError,
  RunNotFoundError,
  TasksError,
  UnavailableError,
  UnknownTaskError,
} from './errors.js';

const issues = [
  { pointer: '/a', message: 'is wrong' },
  { pointer: '', message: 'lacks b' },
];

it.each([
  [
    new InvalidInputError('The job', issues),
    'invalid-input',
    'The job was refused: /a is wrong; / lacks b',
  ],
  [
    new JobNotFoundError('x'),
    'job-not-found',
    'There is no job "x". List the jobs to see the ids that exist.',
  ],
  [
    new JobExistsError('x'),
    'job-exists',
    'A job "x" already exists. Choose another id, or remove that job first.',
  ],
  [
    new RunNotFoundError('7'),
    'run-not-found',
    'There is no run "7". It may have been pruned with the history.',
  ],
  [
    new UnknownTaskError('x', ['a', 'b']),
    'unknown-task',
    'No live node knows the task "x". Known tasks: a, b.',
  ],
  [
    new NodesSilentError(['one', 'two'], 'The task "x"'),
    'nodes-silent',
    'The task "x" depends on nodes that do not answer now: one, two. Nothing was changed. See what keeps their signs of life from the database, and try again.',
  ],
  [
    new OverlappedError('x', '7'),
    'overlapped',
    'Job "x" is still running (run 7) and its overlap policy is "skip". Wait for that run, or ask with {"overlap": "allow"}.',
  ],
  [
    new DuplicateJobError('x', 'A.m', 'B.m'),
    'duplicate-job',
    'Two methods share the job id "x": A.m and B.m. Give one of them another name in its decorator.',
  ],
  [
    new HostDatabaseError('there is none', 'Bring one.'),
    'host-database',
    'Runs cannot be transactional: there is none. Bring one.',
  ],
  [
    new UnavailableError('it is away'),
    'unavailable',
    "The scheduler's database is not available: it is away. Nothing was changed. Try again shortly.",
  ],
])('%s has a code and says what to do', (error, code, message) => {
  expect(error).toBeInstanceOf(TasksError);
  expect({ code: error.code, message: error.message }).toEqual({ code, message });
  expect(error.name).toBe(error.constructor.name);
});

it('says how to make a first task when none is known', () => {
  expect(new UnknownTaskError('x', []).message).toContain('decorate a provider method with @Cron');
});

it('keeps what caused it', () => {
  const cause = new Error('connection refused');
  expect(new UnavailableError('it is away', { cause }).cause).toBe(cause);
});
