import { expect, it } from 'vitest';
import { whyNotStarted } from './server-log.js';

it('recognises a port that was taken in the last moment', () => {
  const tail = 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use';
  expect(whyNotStarted(tail)).toBe('port-taken');
});

it('recognises the children of a killed server', () => {
  const tail = 'FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use';
  expect(whyNotStarted(tail)).toBe('still-ending');
});

it('recognises a server that another process has started meanwhile', () => {
  const tail = 'FATAL:  lock file "postmaster.pid" already exists';
  expect(whyNotStarted(tail)).toBe('already-running');
});

it('explains nothing that it does not know', () => {
  expect(whyNotStarted('FATAL:  could not write: No space left on device')).toBe('other');
});
