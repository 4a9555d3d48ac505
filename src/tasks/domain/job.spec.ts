import { describe, expect, it } from 'vitest';
import { newJobSchema } from './job.js';
import { issuesOf } from '../triggers/invalid-input.js';

const job = { id: 'report', task: 'Reports.daily', trigger: { type: 'interval', minutes: 1 } };
const pointers = (change: object) => {
  const { error } = newJobSchema.safeParse({ ...job, ...change });
  return error ? issuesOf(error).map(({ pointer }) => pointer) : [];
};

describe('a new job', () => {
  it('has a default for all but its id, its task and its trigger', () => {
    expect(newJobSchema.parse(job)).toEqual({
      ...job,
      payload: null,
      tags: [],
      misfireGraceMs: 86_400_000,
      coalesce: 'latest',
      overlap: 'skip',
      maxInstances: 1,
      bufferLimit: 100,
      jitterMs: 0,
      maxRuns: null,
      timeoutMs: null,
      retry: { maxAttempts: 1 },
      onCrash: 'abandon',
      transactional: false,
      priority: 0,
      paused: false,
      deleteWhenDone: false,
    });
    expect(pointers({ id: undefined, task: undefined, trigger: undefined })).toEqual([
      '/id',
      '/task',
      '/trigger',
    ]);
  });

  it('may have any printable id', () => {
    for (const id of ['a', 'ü/€ 100%', '...', 'x'.repeat(200)])
      expect(pointers({ id })).toEqual([]);
  });

  it('has no id that could not stand in a URL or a log', () => {
    for (const id of ['', ' ', '.', '..', 'a\nb', 'a\0', '\ud800', 'x'.repeat(201)]) {
      expect(pointers({ id })).toContain('/id');
    }
  });

  it('has policies within their bounds', () => {
    const bad = {
      misfireGraceMs: [0, -1, 1.5, Number.MAX_SAFE_INTEGER, Infinity],
      coalesce: ['some', null],
      overlap: ['maybe'],
      maxInstances: [0, 1001, 1.5],
      priority: [-1001, 1001, 0.5],
      tags: [Array.from({ length: 51 }, () => 't'), ['']],
    };
    for (const [field, values] of Object.entries(bad)) {
      for (const value of values) {
        expect(pointers({ [field]: value }).join(), `${field}: ${String(value)}`).toMatch(
          new RegExp(`^/${field}`),
        );
      }
    }
    expect(pointers({ misfireGraceMs: null, maxInstances: 1_000, priority: -1_000 })).toEqual([]);
  });

  it('has a payload that can be stored', () => {
    expect(pointers({ payload: { a: [null, 'ü'] } })).toEqual([]);
    expect(pointers({ payload: { a: ['\0'] } })).toEqual(['/payload/a/0']);
    expect(pointers({ payload: 1n })).toEqual(['/payload']);
  });

  it('has no field that is not known', () => {
    expect(pointers({ misfireGrace: 1 })).toEqual(['/misfireGrace']);
  });
});
