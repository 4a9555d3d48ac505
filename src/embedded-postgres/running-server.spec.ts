import { describe, expect, it } from 'vitest';
import { parsePostmasterFile, serves } from './running-server.js';

describe('postmaster.pid', () => {
  it('tells the pid and the port', () => {
    const text = '4711\n/app/.data/postgres\n1763859709\n5433\n\n127.0.0.1\n 131105 0\nready   \n';
    expect(parsePostmasterFile(text)).toEqual({ pid: 4711, port: 5433 });
  });

  it('has no port yet while the server begins to start', () => {
    expect(parsePostmasterFile('4711\n/app/.data/postgres\n')).toEqual({ pid: 4711, port: null });
  });

  it.each(['', '\n', 'rubbish\n', '-5\n', '0\n'])('means nothing when it holds %j', (text) => {
    expect(parsePostmasterFile(text)).toBeNull();
  });
});

describe('the process named there', () => {
  const folder = '/app/.data/postgres';

  it('is our server when its command line names our folder', () => {
    expect(serves('/n/bin/postgres -D /app/.data/postgres -c port=5433', folder)).toBe(true);
  });

  it('is not the server of another folder', () => {
    expect(serves('/n/bin/postgres -D /other/.data/postgres -c port=5433', folder)).toBe(false);
  });

  it('is not the server of a folder whose name ours begins', () => {
    expect(serves('/n/bin/postgres -D /app/.data/postgres-old', folder)).toBe(false);
  });

  it('is not another program that looks into our folder', () => {
    expect(serves('tail -f /app/.data/postgres', folder)).toBe(false);
  });

  it('is nobody when it is a zombie, which has no command line', () => {
    expect(serves('', folder)).toBe(false);
  });
});
