import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  aClaimedRun,
  aDueJob,
  aPolicy,
  later,
  minutes,
  NOON,
  TASK,
} from '../../../test/support/builders.js';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import { Ability } from '../domain/ability.js';
import type { DueJobs, Fire, FireLedger, Fired } from '../store/fire-ledger.js';
import type { DueJob, DueJobKey } from '../domain/due-job.js';
import { FakeClock } from '../testing/fake-clock.js';
import { DatabaseClock } from './database-clock.js';
import type { Elector } from './elector.js';
import { Planner } from './planner.js';
import { SlotLoan } from './slot-loan.js';

/** What is planned, what was fired, and what the database answers instead of yes. */
class Ledger implements FireLedger {
  jobs: DueJob[] = [];
  unreadable: DueJobs['unreadable'] = [];
  pauses = { paused: false, count: 0, stretches: [] };
  readonly loads: number[] = [];
  readonly fired: { at: number; token: number; pauses: number; fires: readonly Fire[] }[] = [];
  answer: (fired: Fired) => Promise<Fired> = (fired) => Promise.resolve(fired);

  /** Whose plans somebody's transaction holds. */
  isHeld: (jobId: string) => boolean = () => false;

  constructor(private readonly clock: FakeClock) {}

  due(
    withinMs: number,
    most: number,
    except: readonly DueJobKey[] = [],
    from = new Date(0),
  ): Promise<DueJobs> {
    this.loads.push(this.clock.monotonic());
    const at = this.clock.now();
    const isAsked = ({ jobId, revision }: DueJobKey) =>
      !except.some((key) => key.jobId === jobId && key.revision === revision);
    const soon = [...this.unreadable, ...this.jobs]
      .filter(isAsked)
      .filter((job) => 'reason' in job || job.nextFireAt >= from)
      .filter((job) => 'reason' in job || job.nextFireAt <= later(at, withinMs))
      .toSorted((a, b) => dueAt(a) - dueAt(b))
      .slice(0, most);
    return Promise.resolve({
      jobs: soon.filter((job): job is DueJob => !('reason' in job)),
      unreadable: soon.filter((job): job is DueJobs['unreadable'][number] => 'reason' in job),
      more: soon.length >= most,
      pauses: this.pauses,
      at,
    });
  }

  fire(token: number, pauses: number, fires: readonly Fire[]): Promise<Fired> {
    this.fired.push({ at: this.clock.monotonic(), token, pauses, fires });
    const free = fires.filter(({ job }) => !this.isHeld(job.jobId));
    const planned = new Map(free.map(({ job, plan }) => [job.jobId, plan.nextFireAt]));
    this.jobs = this.jobs.flatMap((job) => {
      const nextFireAt = planned.get(job.jobId);
      return nextFireAt === undefined ? [job] : nextFireAt ? [{ ...job, nextFireAt }] : [];
    });
    const pending = free.flatMap(({ plan }) => plan.candidates).length;
    const moved = new Set(planned.keys());
    return this.answer({
      led: true,
      moved,
      pending,
      skipped: [],
      claimed: [],
      rows: [],
      at: this.clock.now(),
    });
  }

  release = () => Promise.resolve(0);
  settle = () => Promise.resolve({ abandoned: 0, rerun: 0, runs: [] });
  atWork = () => Promise.resolve({ nodes: [], lost: [], ownSilenceMs: 0 });
}

/** What cannot be read is due before all the rest. */
const dueAt = (job: DueJob | DueJobs['unreadable'][number]) =>
  'reason' in job ? 0 : job.nextFireAt.getTime();

let clock: FakeClock;
let ledger: Ledger;
let log: RecordedLog;
let planner: Planner;
let elector: { token: number | null; woken: number; wake: () => void };
let pending: number[];
let prepared: number[];
let loan: SlotLoan | null;

beforeEach(() => {
  clock = new FakeClock(NOON);
  ledger = new Ledger(clock);
  log = recordedLog();
  pending = [];
  prepared = [];
  loan = null;
  elector = { token: 4, woken: 0, wake: () => elector.woken++ };
  planner = new Planner(
    ...([ledger, elector as unknown as Elector, clock, new DatabaseClock(clock), log] as const),
    () => pending.push(clock.monotonic()),
    new Ability(5_000),
    { prepare: () => prepared.push(clock.monotonic()), lend: () => loan },
  );
});
afterEach(async () => {
  const stopped = planner.stop();
  await clock.advance(60_000);
  await stopped;
});

/** A job that is due so many milliseconds from now, and every minute after that. */
const dueIn = (id: string, ms: number, job: Partial<DueJob> = {}) => {
  const nextFireAt = later(clock.now(), ms);
  const startAt = nextFireAt.toISOString();
  return aDueJob(id, { nextFireAt, trigger: { type: 'interval', minutes: 1, startAt }, ...job });
};
const fired = () =>
  ledger.fired.map(({ at, fires }) => `${fires.map(({ job }) => job.jobId).join()} at ${at}`);

describe('a fire whose run may begin here', () => {
  const lends = (slots: number) => {
    const ends: (number | null)[] = [];
    loan = new SlotLoan(slots, new Set([TASK]), {}, (runs) => ends.push(runs && runs.length));
    return ends;
  };
  const here = () => ledger.fired.map(({ fires }) => fires.map((fire) => fire.here ?? false));

  it('is claimed with the slots that are lent, and its runs are told of', async () => {
    const ends = lends(1);
    ledger.answer = (answer) => Promise.resolve({ ...answer, claimed: [aClaimedRun('1')] });
    ledger.jobs = [dueIn('a', 1_000), dueIn('b', 1_000)];
    planner.start();
    await clock.advance(1_000);
    expect([here(), ends]).toEqual([[[true, false]], [1]]);
  });

  it('is in doubt when the answer is lost', async () => {
    const ends = lends(1);
    ledger.answer = () => Promise.reject(new Error('connection lost'));
    ledger.jobs = [dueIn('a', 1_000)];
    planner.start();
    await clock.advance(1_000);
    expect(ends).toEqual([null]);
  });

  it('is none that makes up for an outage', async () => {
    const ends = lends(9);
    ledger.jobs = [dueIn('a', -30_000)];
    planner.start();
    await clock.advance(1_000);
    expect([here(), ends]).toEqual([[[false]], []]);
  });

  it('is made ready for shortly before', async () => {
    ledger.jobs = [dueIn('a', 1_000)];
    planner.start();
    await clock.advance(1_000);
    expect(prepared).toContain(970);
  });
});

describe('the planner of a leader', () => {
  it('fires a job at its instant, and again at the next', async () => {
    ledger.jobs = [dueIn('a', 3_000)];
    planner.start();
    await clock.advance(2_999);
    expect(fired()).toEqual([]);
    await clock.advance(1);
    expect(fired()).toEqual(['a at 3000']);
    await clock.advance(minutes(1));
    expect(fired()).toEqual(['a at 3000', 'a at 63000']);
  });

  it('names its token and the pauses that it knew of', async () => {
    ledger.jobs = [dueIn('a', 0)];
    ledger.pauses = { ...ledger.pauses, count: 6 };
    planner.start();
    await clock.settle();
    expect(ledger.fired).toMatchObject([{ token: 4, pauses: 6 }]);
  });

  it('fires together what is due at one instant, and says that there is something to claim', async () => {
    ledger.jobs = [dueIn('a', 50), dueIn('b', 50), dueIn('c', 51)];
    planner.start();
    await clock.advance(60);
    expect(fired()).toEqual(['a,b at 50', 'c at 51']);
    expect(pending).toEqual([50, 51]);
  });

  it('goes by the database’s clock, not by its own', async () => {
    const job = dueIn('a', 2_000);
    clock.setWallClock(later(NOON, minutes(90)));
    const due = ledger.due.bind(ledger);
    ledger.due = async (...asked) => ({
      ...(await due(...asked)),
      jobs: [job],
      at: NOON,
    });
    planner.start();
    await clock.advance(1_999);
    expect(fired()).toEqual([]);
    ledger.due = due;
    ledger.jobs = [];
    await clock.advance(1);
    expect(fired()).toEqual(['a at 2000']);
  });

  it('learns of changes when it is woken, and of what it did not hear now and then', async () => {
    planner.start();
    await clock.advance(100);
    ledger.jobs = [dueIn('a', 0)];
    planner.wake();
    await clock.settle();
    expect(fired()).toEqual(['a at 100']);
    ledger.jobs = [dueIn('b', 0)];
    await clock.advance(5_000);
    expect(fired()[1]).toMatch(/^b at 5/);
  });

  it('loads rarely while nothing is due', async () => {
    planner.start();
    await clock.advance(minutes(1));
    expect(ledger.loads.length).toBeLessThanOrEqual(13);
  });

  it('fires a backlog larger than one load or one statement until it is gone', async () => {
    ledger.jobs = Array.from({ length: 4_300 }, (_, n) => dueIn(`job-${n}`, 0));
    planner.start();
    await clock.settle();
    expect(Math.max(...ledger.fired.map(({ fires }) => fires.length))).toBe(500);
    expect(
      new Set(ledger.fired.flatMap(({ fires }) => fires.map(({ job }) => job.jobId))).size,
    ).toBe(4_300);
  });

  it('keeps a statement small where each job has a backlog of its own', async () => {
    const policy = aPolicy({ coalesce: 'all' });
    const trigger = { type: 'interval', seconds: 1 } as const;
    const nextFireAt = later(NOON, -600_000);
    ledger.jobs = Array.from({ length: 10 }, (_, n) =>
      aDueJob(`job-${n}`, { nextFireAt, trigger, policy }),
    );
    planner.start();
    await clock.settle();
    expect(Math.max(...ledger.fired.map(({ fires }) => fires.length))).toBe(4);
  });
});

describe('the planner of a follower', () => {
  it('asks for nothing', async () => {
    elector.token = null;
    ledger.jobs = [dueIn('a', 0)];
    planner.start();
    await clock.advance(minutes(1));
    expect([ledger.loads, ledger.fired]).toEqual([[], []]);
  });

  it('begins when it leads and ends when it does not, whatever it had loaded', async () => {
    elector.token = null;
    planner.start();
    await clock.settle();
    ledger.jobs = [dueIn('a', 0), dueIn('b', 3_000)];
    elector.token = 4;
    planner.wake();
    await clock.advance(1_000);
    elector.token = null;
    planner.wake();
    await clock.advance(minutes(1));
    expect(fired()).toEqual(['a at 0']);
  });
});

describe('a fire that did not happen', () => {
  it('for a plan that did not move is tried again soon, with what is stored then', async () => {
    const held = dueIn('b', 0);
    ledger.jobs = [dueIn('a', 0), held];
    ledger.answer = (answer) => {
      ledger.jobs = [...ledger.jobs.filter(({ jobId }) => jobId !== 'b'), { ...held, revision: 2 }];
      ledger.answer = (next) => Promise.resolve(next);
      return Promise.resolve({ ...answer, moved: new Set(['a']) });
    };
    planner.start();
    await clock.advance(100);
    expect(fired()).toEqual(['a,b at 0', 'b at 50']);
    expect(ledger.fired[1]?.fires[0]?.job.revision).toBe(2);
  });

  it('as it got there before its time is sent again when it is due, by what was learnt', async () => {
    planner.start();
    await clock.advance(1_000);
    ledger.jobs = [dueIn('a', 100)];
    planner.wake();
    await clock.settle();
    const loads = ledger.loads.length;
    ledger.answer = (answer) => {
      ledger.answer = (next) => Promise.resolve(next);
      const atMs = clock.now().getTime() - 3;
      return Promise.resolve({ ...answer, moved: new Set(), at: new Date(atMs), atMs });
    };
    await clock.advance(110);
    expect(fired()).toEqual(['a at 1100', 'a at 1103']);
    expect(ledger.loads).toHaveLength(loads);
  });

  it('as the later of its fire times had not come when it got there is sent again for the earlier', async () => {
    const startAt = NOON.toISOString();
    const trigger = { type: 'interval', milliseconds: 100, startAt } as const;
    ledger.jobs = [dueIn('slow', 90), aDueJob('a', { nextFireAt: later(NOON, 100), trigger })];
    const early = (answer: Fired) => {
      ledger.answer = (next) => Promise.resolve(next);
      const atMs = clock.now().getTime() - 10;
      ledger.jobs = ledger.jobs.filter(({ jobId }) => jobId !== 'a');
      return Promise.resolve({ ...answer, moved: new Set<string>(), at: new Date(atMs), atMs });
    };
    ledger.answer = async (answer) => {
      ledger.answer = early;
      await clock.sleep(110);
      return answer;
    };
    planner.start();
    await clock.advance(205);
    expect(fired()).toEqual(['slow at 90', ...Array<string>(3).fill('a at 200')]);
    const [, ...last] = ledger.fired.map(({ fires }) => fires[0]?.plan.lastFireAt);
    expect(last).toEqual([later(NOON, 200), later(NOON, 100), later(NOON, 200)]);
    expect(planner.failingFor(0)).toBeNull();
  });

  it('because this node does not lead any more has the elector look', async () => {
    ledger.jobs = [dueIn('a', 0)];
    ledger.answer = (answer) => Promise.resolve({ ...answer, led: false, moved: new Set() });
    planner.start();
    await clock.settle();
    expect(elector.woken).toBe(1);
    expect(log.lines).toEqual([]);
  });

  it('as far as anybody knows is decided anew from what is stored', async () => {
    ledger.jobs = [dueIn('a', 0)];
    ledger.answer = () => Promise.reject(new Error('connection reset'));
    planner.start();
    await clock.advance(50);
    ledger.answer = (answer) => Promise.resolve(answer);
    await clock.advance(minutes(1));
    expect(fired()).toEqual(['a at 0', 'a at 60000']);
  });
});

describe('the planner while the cluster is paused', () => {
  it('fires nothing, and goes on when it hears of the end', async () => {
    ledger.pauses = { paused: true, count: 1, stretches: [] };
    ledger.jobs = [dueIn('a', 1_000)];
    planner.start();
    await clock.advance(minutes(1));
    expect(fired()).toEqual([]);
    ledger.pauses = { paused: false, count: 2, stretches: [] };
    planner.wake();
    await clock.settle();
    expect(fired()).toEqual(['a at 60000']);
  });
});

describe('a job that cannot be read', () => {
  it('is told of once, and the others fire', async () => {
    const broken = aDueJob('broken', { trigger: { type: 'cron', expression: 'never' } });
    ledger.jobs = [broken, dueIn('sound', 10)];
    ledger.unreadable = [{ jobId: 'newer', revision: 1, reason: 'what is this' }];
    planner.start();
    await clock.advance(minutes(1) + 10);
    expect(fired()).toEqual(['sound at 10', 'sound at 60010']);
    expect(log.lines).toHaveLength(2);
    expect(log.lines.join('\n')).toMatch(/"newer".+what is this[\s\S]+"broken"/);
  });
});

describe('jobs that cannot be read', () => {
  const newer = (n: number) => ({ jobId: `newer-${n}`, revision: 1, reason: 'what is this' });
  const many = Array.from({ length: 4_100 }, (_, n) => newer(n));

  it('do not crowd out the others, however many they are', async () => {
    ledger.unreadable = many;
    ledger.jobs = [dueIn('sound', 10)];
    planner.start();
    await clock.advance(10);
    expect(fired()).toEqual(['sound at 10']);
    expect(log.lines).toHaveLength(many.length);
  });

  it('are asked for again in the next term, and once they are edited', async () => {
    ledger.unreadable = [newer(0)];
    planner.start();
    await clock.settle();
    planner.wake();
    await clock.settle();
    expect(log.lines).toHaveLength(1);
    ledger.unreadable = [{ ...newer(0), revision: 2 }];
    planner.wake();
    await clock.settle();
    expect(log.lines).toHaveLength(2);
    elector.token = 6;
    planner.wake();
    await clock.settle();
    expect(log.lines).toHaveLength(3);
  });
});

describe('what an outage has left', () => {
  const missed = (count: number) =>
    Array.from({ length: count }, (_, n) => dueIn(`missed-${n}`, -3_600_000));
  const caughtUp = () =>
    ledger.fired.flatMap(({ fires }) => fires).filter(({ job }) => job.jobId.startsWith('missed'));

  it('is caught up on after what is live, in batches of its own', async () => {
    ledger.jobs = [...missed(250), dueIn('live', -9_000)];
    planner.start();
    await clock.settle();
    expect(ledger.fired.map(({ fires }) => fires.length)).toEqual([1, 100, 100, 50]);
    expect(ledger.fired[0]?.fires[0]?.job.jobId).toBe('live');
  });

  it('lets what comes due go first between two batches', async () => {
    ledger.jobs = [...missed(300), dueIn('live', 5)];
    ledger.answer = (answer) => clock.sleep(10).then(() => answer);
    planner.start();
    await clock.advance(200);
    expect(ledger.fired.map(({ fires }) => fires.length)).toEqual([100, 1, 100, 100]);
  });

  it('may start at once, behind the live ones: the workers set the pace', async () => {
    ledger.jobs = missed(250);
    planner.start();
    await clock.settle();
    for (const { job, plan } of caughtUp()) {
      expect(plan.candidates).toHaveLength(1);
      expect(plan.candidates[0]?.runAt).toEqual(plan.candidates[0]?.fireAt);
      expect(job.policy.priority).toBe(1);
    }
    expect(caughtUp()).toHaveLength(250);
  });

  it('does not hide what is live, however much it is', async () => {
    ledger.jobs = [...missed(4_100), dueIn('live', -1_000), dueIn('soon', 3_000)];
    planner.start();
    await clock.settle();
    expect(ledger.fired[0]?.fires.map(({ job }) => job.jobId)).toEqual(['live']);
    expect(caughtUp()).toHaveLength(4_100);
    await clock.advance(3_000);
    expect(fired().at(-1)).toBe('soon at 3000');
  });

  it('is not what has become late while a flood was worked off', async () => {
    ledger.jobs = Array.from({ length: 1_500 }, (_, n) => dueIn(`missed-${n}`, 0));
    ledger.answer = (answer) => clock.sleep(11_000).then(() => answer);
    planner.start();
    await clock.advance(60_000);
    expect(ledger.fired.slice(0, 3).map(({ fires }) => fires.length)).toEqual([500, 500, 500]);
    expect(caughtUp().every(({ job }) => job.policy.priority === 0)).toBe(true);
  });
});

describe('a flood of jobs that are due at once', () => {
  /** When a job of every second fired, beside so many others. */
  const everySecondBeside = async (others: DueJob[]) => {
    const trigger = { type: 'interval', seconds: 1, startAt: NOON.toISOString() } as const;
    ledger.jobs = [...others, aDueJob('second', { nextFireAt: later(NOON, 1_000), trigger })];
    ledger.answer = (answer) => clock.sleep(100).then(() => answer);
    planner.start();
    await clock.advance(6_000);
    return ledger.fired
      .filter(({ fires }) => fires.some(({ job }) => job.jobId === 'second'))
      .map(({ at }) => at);
  };

  it.each([
    ['now', 0],
    ['and of what has been due for some seconds', -5_000],
    ['and of what an outage has left', -3_600_000],
  ])('%s holds up nobody who comes due beside it', async (_which, ms) => {
    const times = await everySecondBeside(
      Array.from({ length: 9_000 }, (_, n) => dueIn(`flood-${n}`, n % 2 ? ms : 0)),
    );
    expect(times.map((at) => Math.floor(at / 1_000)).slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    for (const at of times) expect(at % 1_000).toBeLessThan(500);
  });

  it('is not put before what came due after it, while nobody led', async () => {
    const flood = Array.from({ length: 9_000 }, (_, n) => dueIn(`flood-${n}`, -5_000));
    ledger.jobs = [...flood, dueIn('after', -4_000)];
    planner.start();
    await clock.settle();
    const first = ledger.fired.findIndex(({ fires }) =>
      fires.some(({ job }) => job.jobId === 'after'),
    );
    expect(first).toBe(0);
  });
});

describe('a job that may run so many times only', () => {
  it('is read anew after each fire, with the runs that it has had', async () => {
    ledger.jobs = [dueIn('a', 10, { policy: aPolicy({ maxRuns: 2 }) })];
    ledger.answer = (answer) => {
      ledger.jobs = ledger.jobs.map((job) => ({ ...job, fired: job.fired + 1 }));
      return Promise.resolve(answer);
    };
    planner.start();
    await clock.advance(minutes(3));
    const seen = ledger.fired.flatMap(({ fires }) =>
      fires.map(({ plan }) => plan.candidates.length),
    );
    expect(seen).toEqual([1, 1, 0]);
    expect(ledger.fired[2]?.fires[0]?.plan.nextFireAt).toBeNull();
  });
});

describe('jobs whose plans somebody holds', () => {
  it('are no trouble while others fire', async () => {
    const trigger = { type: 'interval', seconds: 1, startAt: NOON.toISOString() } as const;
    ledger.jobs = [
      dueIn('held', 0),
      aDueJob('second', { nextFireAt: later(NOON, 1_000), trigger }),
    ];
    ledger.isHeld = (id) => id === 'held';
    planner.start();
    await clock.advance(4_500);
    expect(planner.failingFor(2_000)).toBeNull();
  });

  it('are told of when nothing else fires, for as long as that is so', async () => {
    ledger.jobs = [dueIn('one', 0), dueIn('two', 0)];
    ledger.isHeld = () => true;
    planner.start();
    await clock.advance(1_000);
    expect(planner.failingFor(2_000)).toBeNull();
    await clock.advance(2_000);
    expect(planner.failingFor(2_000)).toContain('none of the 2 jobs that are due can be fired');
    ledger.isHeld = () => false;
    await clock.advance(100);
    expect(planner.failingFor(2_000)).toBeNull();
  });
});

describe('a job whose rows the database refuses', () => {
  it('is set aside by name, and the others of its batch fire', async () => {
    ledger.jobs = Array.from({ length: 9 }, (_, n) => dueIn(`job-${n}`, 0));
    ledger.answer = (answer) =>
      answer.moved.has('job-4')
        ? Promise.reject(Object.assign(new Error('integer out of range'), { code: '22003' }))
        : Promise.resolve(answer);
    planner.start();
    await clock.settle();
    const moved = ledger.fired.map(({ fires }) => fires.map(({ job }) => job.jobId));
    const alone = moved.filter((ids) => !ids.includes('job-4')).flat();
    expect(new Set(alone).size).toBe(8);
    expect(log.lines.filter((line) => line.includes('"job-4"'))).toEqual([
      'error: Job "job-4" cannot be read or written and does not fire: integer out of range',
    ]);
  });
});

describe('a right that is revoked', () => {
  it('sets no job aside: all fire once it is granted again', async () => {
    let isRevoked = true;
    ledger.answer = (answer) => {
      if (!isRevoked) return Promise.resolve(answer);
      ledger.jobs = jobs;
      return Promise.reject(Object.assign(new Error('permission denied'), { code: '42501' }));
    };
    const jobs = [dueIn('a', 0), dueIn('b', 0)];
    ledger.jobs = jobs;
    planner.start();
    await clock.advance(4_000);
    isRevoked = false;
    ledger.fired.length = 0;
    await clock.advance(10_000);
    expect(new Set(ledger.fired.flatMap(({ fires }) => fires.map(({ job }) => job.jobId)))).toEqual(
      new Set(['a', 'b']),
    );
    expect(log.lines.filter((line) => line.includes('does not fire'))).toEqual([]);
  });
});

describe('stopping the planner', () => {
  it('waits for the fire in flight', async () => {
    ledger.jobs = [dueIn('a', 0)];
    ledger.answer = (answer) => clock.sleep(100).then(() => answer);
    planner.start();
    await clock.settle();
    let isStopped = false;
    void planner.stop().then(() => (isStopped = true));
    await clock.advance(99);
    expect(isStopped).toBe(false);
    await clock.advance(1);
    expect(isStopped).toBe(true);
  });
});
