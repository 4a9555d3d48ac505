import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { startWithArgs } from './thread-args.js';

it.each([
  [['--enable-source-maps', '--max-old-space-size=512'], undefined],
  [['--import', './telemetry.js'], undefined],
  [['--input-type=module', '-e', 'start()'], []],
  [['--input-type', 'module', '--eval', 'start()', '--trace-warnings'], ['--trace-warnings']],
  [['--inspect-brk=9229', '--watch', '--watch-path=src'], []],
])('a thread of a process with %j is given %j', (given, left) => {
  expect(startWithArgs(given, (args) => args)).toEqual(left);
});

it.each([
  [[]],
  [['--max-old-space-size=512', '--expose-gc']],
  [['--inspect=0', '--max-old-space-size=512', '--no-warnings', '--trace-gc']],
  [['--stack-trace-limit=50', '-e', 'start()', '--title=clock']],
])('starts in a process with %j', async (given) => {
  const worker = startWithArgs(given, (execArgv) => {
    const options = { eval: true, ...(execArgv && { execArgv }) };
    return new Worker(`require('node:worker_threads').parentPort.postMessage('works')`, options);
  });
  expect(await once(worker, 'message')).toEqual(['works']);
});

it('throws what has another reason', () => {
  const start = () => {
    throw new Error('no thread is left');
  };
  expect(() => startWithArgs(['--inspect'], start)).toThrow('no thread is left');
});
