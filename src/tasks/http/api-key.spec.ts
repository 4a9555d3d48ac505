import { execSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { findApiKey, MAKE_A_KEY, parseApiKey } from './api-key.js';

describe('parseApiKey', () => {
  const hash = 'ab'.repeat(32);

  it('reads name, role and hash', () => {
    expect(parseApiKey(` night-shift:operator:${hash.toUpperCase()} `)).toEqual({
      name: 'night-shift',
      role: 'operator',
      sha256: hash,
    });
  });

  it.each([
    '',
    'name',
    `name:root:${hash}`,
    `name:admin:${hash}0`,
    `name:admin:${'xy'.repeat(32)}`,
    `:admin:${hash}`,
    `name:admin:more:${hash}`,
    `name:constructor:${hash}`,
  ])('refuses "%s"', (text) => {
    expect(parseApiKey(text)).toBeNull();
  });
});

describe('the command that makes a key', () => {
  it('prints a key, and the entry that lets it in', () => {
    const [key = '', entry = ''] = execSync(MAKE_A_KEY, { encoding: 'utf8' }).split('\n');
    const parsed = parseApiKey(entry.replace('entry: ', ''));
    expect(findApiKey(parsed ? [parsed] : [], key.replace('key: ', ''))).toEqual(parsed);
    expect(parsed?.role).toBe('admin');
  });
});
