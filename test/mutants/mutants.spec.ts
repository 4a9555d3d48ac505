import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMutants } from './mutant.js';

const ROOT = join(import.meta.dirname, '../..');

describe('each mutant', () => {
  it.each(readMutants(import.meta.dirname).map(({ name, path }) => [name, path]))(
    '%s can be planted in the code as it is',
    (_name, path) => {
      const plant = () =>
        execFileSync('git', ['apply', '--check', path], { cwd: ROOT, stdio: 'pipe' });
      expect(plant).not.toThrow();
    },
  );
});
