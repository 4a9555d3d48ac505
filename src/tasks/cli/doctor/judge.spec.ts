import { describe, expect, it } from 'vitest';
import type { ServerFindings } from '../../store/postgres/session/examine-server.js';
import { judgeCluster, judgeNode, judgeServer } from './judge.js';

const HEALTHY: ServerFindings = {
  version: 180_001,
  standby: false,
  readOnly: false,
  encoding: 'UTF8',
  keepsSession: true,
  hears: true,
  jit: true,
  clock: { aheadMs: 3, withinMs: 1 },
  schema: { name: 'carillon', version: 6, lacks: null },
  bloated: [],
};

/** What is not well in a server that is healthy but for this. */
const complaints = (broken: Partial<ServerFindings>) =>
  judgeServer({ ...HEALTHY, ...broken }, 6).filter(({ verdict }) => verdict !== 'ok');

describe('a server', () => {
  it('that is healthy is told to be so, in each respect', () => {
    expect(complaints({})).toEqual([]);
    expect(judgeServer(HEALTHY, 6).map(({ about }) => about)).toEqual([
      'PostgreSQL',
      'writes',
      'encoding',
      'connection',
      'LISTEN',
      'JIT',
      'clock',
      'schema carillon',
    ]);
  });

  it.each<[string, Partial<ServerFindings>, 'error' | 'warning', string, RegExp]>([
    ['too old', { version: 130_011 }, 'error', '13', /14 or newer/],
    ['a standby', { standby: true }, 'error', 'a read-only standby', /primary/],
    ['in an old encoding', { encoding: 'LATIN1' }, 'error', 'LATIN1', /UTF8/],
    ['deaf', { hears: false }, 'warning', 'a NOTIFY is not heard', /notifications/],
    ['ahead', { clock: { aheadMs: 90_000, withinMs: 1 } }, 'warning', '90000 ms ahead', /NTP/],
    ['behind', { clock: { aheadMs: -90_000, withinMs: 1 } }, 'warning', '90000 ms behind', /NTP/],
    ['bloated', { bloated: [{ name: 'runs', dead: 20_000 }] }, 'warning', '20000 dead', /VACUUM/],
    [
      'without tables',
      { schema: { name: 'carillon', version: null, lacks: null } },
      'error',
      'no tables',
      /TASKS_MIGRATIONS=run/,
    ],
    [
      'of an older build',
      { schema: { name: 'carillon', version: 5, lacks: null } },
      'warning',
      'version 5, this build has 6',
      /TASKS_MIGRATIONS=run/,
    ],
    [
      'of a newer build',
      { schema: { name: 'carillon', version: 7, lacks: null } },
      'warning',
      'version 7, this build has 6',
      /newer build/,
    ],
    [
      'that grants too little',
      { schema: { name: 'carillon', version: null, lacks: 'Run: GRANT SELECT' } },
      'error',
      'Run: GRANT SELECT',
      /owner/,
    ],
  ])('that is %s is named, with what to do', (_, broken, verdict, found, remedy) => {
    const [complaint, ...others] = complaints(broken);
    expect(others).toEqual([]);
    expect(complaint).toMatchObject({
      verdict,
      found: expect.stringContaining(found) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
  });

  it('behind a pooler is not to be relied on for what needs a session, JIT included', () => {
    const found = complaints({ keepsSession: false, hears: false });
    expect(found.map(({ about }) => about)).toEqual(['connection', 'JIT']);
    expect(found[0]!.remedy).toContain('TASKS_DIRECT_DATABASE_URL');
  });

  it('whose clock can only be read roughly is not blamed for that', () => {
    expect(complaints({ clock: { aheadMs: 2_500, withinMs: 2_000 } })).toEqual([]);
  });
});

describe('this Node', () => {
  it.each(['20.19.0', '22.13.1', '24.11.0', '25.0.0'])('%s will do', (version) => {
    expect(judgeNode(version).verdict).toBe('ok');
  });
  it.each(['18.20.0', '20.18.0', '21.7.0', '22.12.0', '23.9.0', '24.10.0'])(
    '%s will not',
    (version) => {
      expect(judgeNode(version)).toMatchObject({ verdict: 'error', found: version });
    },
  );
});

describe('a node', () => {
  it('that works on connections of its own is well', () => {
    const found = judgeCluster({ running: true, mode: 'session' }, []);
    expect(found.map(({ verdict }) => verdict)).toEqual(['ok', 'ok']);
  });

  it('that stands still, or is behind a pooler, is named', () => {
    const [work, connection] = judgeCluster({ running: false, mode: 'pooler' }, []);
    expect(work).toMatchObject({ verdict: 'error' });
    expect(connection).toMatchObject({ verdict: 'warning' });
    expect(connection!.remedy).toContain('TASKS_DIRECT_DATABASE_URL');
  });
});
