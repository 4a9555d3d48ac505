import { expect, it } from 'vitest';
import { threadArgs } from './thread-args.js';

it.each([
  [['--enable-source-maps', '--max-old-space-size=512'], undefined],
  [['--import', './telemetry.js'], undefined],
  [['--input-type=module', '-e', 'start()'], []],
  [['--input-type', 'module', '--eval', 'start()', '--trace-warnings'], ['--trace-warnings']],
  [['--inspect-brk=9229', '--watch', '--watch-path=src'], []],
])('a thread gets of %j what does not concern the script', (given, left) => {
  expect(threadArgs(given)).toEqual(left ?? given);
});
