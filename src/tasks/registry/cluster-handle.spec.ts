import { expect, it, vi } from 'vitest';
import { handleOf } from './cluster-handle.js';

it.each([
  ['clearTimeout', (handle: NodeJS.Timeout) => clearTimeout(handle)],
  ['clearInterval', (handle: NodeJS.Timeout) => clearInterval(handle)],
  ['close', (handle: NodeJS.Timeout) => void handle.close()],
])('a handle that is ended by %s tells so, once', (_how, end) => {
  const cleared = vi.fn();
  const handle = handleOf(cleared);
  expect(cleared).not.toHaveBeenCalled();
  end(handle);
  end(handle);
  expect(cleared).toHaveBeenCalledTimes(1);
});
