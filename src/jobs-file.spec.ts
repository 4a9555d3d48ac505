import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './app.config.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobs-file-'));
  path = join(folder, 'jobs.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

const jobsOf = (text: string) => {
  writeFileSync(path, text);
  return readConfig({ TASKS_JOBS_FILE: path }).tasks.jobs;
};
const refusal = (text: string): string => {
  try {
    jobsOf(text);
  } catch (error) {
    return (error as Error).message.replaceAll(path, 'jobs.yaml');
  }
  return 'accepted';
};

describe('TASKS_JOBS_FILE', () => {
  it('is a list of jobs in YAML', () => {
    const jobs = jobsOf(`
# Every night.
- id: nightly
  task: Reports.daily
  trigger: { type: cron, expression: 0 3 * * * }
  payload: { since: 2026-01-01 }
  disabled: true
`);
    expect(jobs).toEqual([
      {
        id: 'nightly',
        task: 'Reports.daily',
        trigger: { type: 'cron', expression: '0 3 * * *' },
        payload: { since: '2026-01-01' },
        disabled: true,
      },
    ]);
  });

  it('may be JSON, and may be empty', () => {
    const job = { id: 'a', task: 'x', trigger: { type: 'interval', minutes: 1 } };
    expect(jobsOf(JSON.stringify([job]))).toEqual([job]);
    expect(jobsOf('[]')).toEqual([]);
  });

  it('is none by default', () => {
    expect(readConfig({}).tasks).not.toHaveProperty('jobs');
  });

  it('is refused by its name when it cannot be read', () => {
    expect(refusalOfMissing()).toMatch(
      /TASKS_JOBS_FILE is ".*nowhere.yaml": it must be a file that can be read \(ENOENT/,
    );
  });

  it('is refused when it is no list, or neither YAML nor JSON', () => {
    expect(refusal('id: a')).toBe(
      'The environment was refused:\n  TASKS_JOBS_FILE is "jobs.yaml": it must hold a list of ' +
        'jobs, each with an id, a task and a trigger.',
    );
    expect(refusal('- [')).toMatch(/"jobs.yaml": it must be YAML or JSON \(.* line 1/);
  });

  it('is refused with every wrong field, its entry by index and id', () => {
    const text = `
- { id: a, task: x, trigger: { type: interval, minutes: 1 } }
- { id: b, task: x, trigger: { type: cron, expression: 99 * * * * } }
- { id: a, task: x, trigger: { type: interval, minutes: 1 } }
`;
    const [, first, second] = refusal(text).split('\n');
    expect(first).toMatch(
      /^ {2}TASKS_JOBS_FILE is "jobs.yaml": it must be right in entry 1 \("b"\): \/trigger\/expr/,
    );
    expect(second).toBe(
      '  TASKS_JOBS_FILE is "jobs.yaml": it must be right in entry 2 ("a"): /id is that of entry 0 ' +
        'already.',
    );
  });

  const refusalOfMissing = () => {
    try {
      readConfig({ TASKS_JOBS_FILE: join(folder, 'nowhere.yaml') });
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };
});
