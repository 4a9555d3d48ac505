import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { ThreadRun } from './runner-options.js';
import { ThreadPool } from './thread-pool.js';

/** A worker is plain Node, which knows no TypeScript. */
const folder = mkdtempSync(join(tmpdir(), 'carillon-threads-'));
const entry = join(folder, 'thread-entry.mjs');
const source = readFileSync(new URL('./thread-entry.ts', import.meta.url), 'utf8');
const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
writeFileSync(entry, ts.transpile(source, options));

const pool = new ThreadPool(1, pathToFileURL(entry));
const RUN: ThreadRun = {
  runId: '7',
  jobId: 'render',
  task: 'render',
  cause: 'fired',
  fireAt: new Date('2026-03-02T12:00:00Z'),
  attempt: 1,
  idempotencyKey: 'render@2026-03-02T12:00:00.000Z',
};

const module = `data:text/javascript,${encodeURIComponent(`
  import { threadId } from 'node:worker_threads';
  export default (payload, run) => ({ payload, run, threadId });
  export const failing = () => { throw new RangeError('no paper', { cause: new Error('tray 2') }); };
  export const busy = (flag) => { for (Atomics.store(flag, 0, 1); ; ) Atomics.add(flag, 1, 1); };
`)}`;

const call = (name?: string, payload?: unknown, signal = new AbortController().signal) =>
  pool.call({ module, ...(name ? { export: name } : {}) }, payload, RUN, signal);

afterEach(() => pool.close());
afterAll(() => rmSync(folder, { recursive: true }));

describe('a worker thread', () => {
  it('calls the function with the payload and what is known of the run', async () => {
    const answer = await call(undefined, { pages: 3 });
    expect(answer).toMatchObject({ payload: { pages: 3 }, run: RUN });
    expect((answer as { threadId: number }).threadId).not.toBe(0);
  });

  it('rejects with what the function threw', async () => {
    await expect(call('failing')).rejects.toMatchObject({
      name: 'RangeError',
      message: 'no paper',
      cause: { message: 'tray 2' },
    });
  });

  it('says what is missing when the module has no such function', async () => {
    await expect(call('render')).rejects.toThrow(/exports no function "render": name one/);
  });

  it('is ended in the midst of what it computes, and the next call has a new one', async () => {
    const flag = new Int32Array(new SharedArrayBuffer(8));
    const controller = new AbortController();
    const ending = call('busy', flag, controller.signal);
    while (Atomics.load(flag, 0) === 0) await new Promise((again) => setImmediate(again));
    controller.abort(new Error('enough'));
    await expect(ending).rejects.toThrow('enough');
    await expect(call(undefined, 1)).resolves.toMatchObject({ payload: 1 });
    const counted = Atomics.load(flag, 1);
    await call();
    expect(Atomics.load(flag, 1)).toBe(counted);
  });

  it('is not begun for a run that has ended before', async () => {
    await expect(call(undefined, 1, AbortSignal.abort(new Error('too late')))).rejects.toThrow(
      'too late',
    );
  });

  it('is there again after the pool was closed', async () => {
    await call();
    await pool.close();
    await expect(call(undefined, 2)).resolves.toMatchObject({ payload: 2 });
  });
});
