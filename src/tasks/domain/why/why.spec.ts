import { describe, expect, it } from 'vitest';
import { hours, later, minutes, NOON, TASK } from '../../../../test/support/builders.js';
import {
  aPendingRow,
  aRun,
  aRunningRow,
  aSkippedRow,
  aStoredJob,
} from '../../../../test/support/run-builders.js';
import type { Circumstances } from './circumstances.js';
import { why } from './why.js';

const at = (ms: number) => later(NOON, ms);
const iso = (ms: number) => at(ms).toISOString();

type Given = Omit<Partial<Circumstances>, 'job'> & { job?: Partial<Circumstances['job']> };

/** A job that fires every hour, last an hour ago, in a cluster in which all is well. */
function given({ job, ...rest }: Given = {}): Circumstances {
  return {
    job: aStoredJob(job),
    unreadable: null,
    runs: [],
    cluster: { paused: false, pauseReason: null, pausedSince: null },
    leader: { nodeId: 'n1' },
    nodes: [
      { id: 'n1', name: 'web-1', roles: ['scheduler', 'worker'], tasks: [TASK] },
      { id: 'n2', name: 'web-2', roles: ['worker'], tasks: ['Mails.send'] },
    ],
    now: NOON,
    ...rest,
  };
}

describe('a job that somebody stopped', () => {
  it('is told of the pause of the cluster before its own, and of both', () => {
    const cluster = { paused: true, pauseReason: 'maintenance', pausedSince: at(-5) };
    const told = why(given({ cluster, job: { paused: true, pauseReason: 'too noisy' } }));
    expect(told).toMatchObject({ state: 'cluster-paused', since: at(-5) });
    expect(told.reason).toContain('The whole cluster is paused ("maintenance")');
    expect(told.remedy).toMatch(/Resume the cluster.*The job itself is paused as well/);
  });

  it('says why it is paused, since when, what is held and what goes on', () => {
    const job = { paused: true, pauseReason: 'too noisy', pausedAt: at(-7) };
    const runs = [aPendingRow('9', minutes(1), { held: 'paused' }), aRunningRow('8', minutes(9))];
    expect(why(given({ job, runs }))).toEqual({
      state: 'paused',
      reason:
        'The job is paused ("too noisy") until somebody resumes it. 1 run of it is held. Run 8 is still running.',
      since: at(-7),
      remedy: 'Resume the job.',
    });
  });

  it('says when a pause ends by itself', () => {
    const told = why(given({ job: { paused: true, pausedUntil: at(hours(1)) } }));
    expect(told.reason).toBe(`The job is paused until ${iso(hours(1))}.`);
    expect(told.remedy).toBe('Wait until then, or resume the job.');
  });

  it('names the missing leader where a pause is over that nobody ends', () => {
    const job = { paused: true, pausedUntil: at(-1) };
    expect(why(given({ job })).remedy).toBeNull();
    expect(why(given({ job, leader: { nodeId: null } })).remedy).toContain('role "scheduler"');
  });
});

describe('a job that cannot go on', () => {
  it('names what this version cannot read of it', () => {
    const told = why(given({ job: { state: 'unreadable' }, unreadable: '/overlap is "never"' }));
    expect(told.state).toBe('unreadable');
    expect(told.reason).toBe('This version cannot read the job: /overlap is "never".');
  });

  it('is an orphan whose task no live worker knows, or whose declaration is gone', () => {
    const job = { state: 'orphaned', unknownSince: at(-hours(2)) } as const;
    const known = why(given({ job }));
    expect(known).toMatchObject({ state: 'orphaned', since: at(-hours(2)) });
    expect(known.reason).toContain('no live node declares it now');
    expect(why(given({ job, nodes: [] })).reason).toContain('no live worker knows its task');
  });

  it('is finished when its trigger has no fire time left', () => {
    const job = { state: 'finished', nextFireAt: null } as const;
    const told = why(given({ job, runs: [aRun('1', minutes(30))] }));
    expect(told).toMatchObject({ state: 'finished', since: at(-minutes(30)) });
    expect(told.reason).toContain(`no fire time left; the last was ${iso(-minutes(30))}`);
    expect(told.remedy).not.toContain('maxRuns');
    const limited = why(given({ job: { ...job, maxRuns: 3 } }));
    expect(limited.reason).toContain('it has had its 3 runs, or');
    expect(limited.remedy).toContain('more maxRuns');
  });

  it('is not told to be finished while its last run waits or goes on', () => {
    const job = { state: 'finished', nextFireAt: null } as const;
    expect(why(given({ job, runs: [aPendingRow('1', 10)] })).state).toBe('backlog');
    expect(why(given({ job, runs: [aRunningRow('1', 10)] })).state).toBe('running');
  });

  it('has no worker when none is alive, or none of them knows the task', () => {
    const unknownSince = at(-minutes(3));
    const none = why(given({ job: { unknownSince }, nodes: [] }));
    expect(none).toMatchObject({ state: 'no-worker', since: unknownSince });
    expect(none.remedy).toBe('Start a node with the role "worker".');
    const others = why(given({ job: { task: 'Reports.yearly' } }));
    expect(others.reason).toContain(
      'No live worker knows its task "Reports.yearly", so its runs wait. Alive: web-1 and web-2.',
    );
  });

  it('has no worker in a node that knows the task but has another role', () => {
    const nodes = [{ id: 'n1', name: 'web-1', roles: ['scheduler'], tasks: [TASK] }];
    expect(why(given({ nodes })).state).toBe('no-worker');
  });

  it('waits for a leader when it is due and nobody leads', () => {
    const told = why(given({ leader: { nodeId: null }, job: { nextFireAt: at(-minutes(2)) } }));
    expect(told).toMatchObject({ state: 'no-leader', since: at(-minutes(2)) });
    expect(told.reason).toContain(`due since ${iso(-minutes(2))}, and no node leads`);
    expect(told.remedy).toContain('role "scheduler"');
  });
});

describe('a job with a run that goes on', () => {
  it('names the run, its node, since when and how far it has come', () => {
    const run = aRunningRow('12', minutes(30), {
      attempt: 2,
      progress: { percent: 40, note: 'page 4 of 10' },
      cancelRequestedAt: at(-1),
    });
    expect(why(given({ runs: [run] }))).toEqual({
      state: 'running',
      reason:
        `Run 12, of ${iso(-minutes(30))}, has been running on node web-1 since ` +
        `${iso(-minutes(30))}, attempt 2, 40 % done (page 4 of 10), told to end at ${iso(-1)}.`,
      since: at(-minutes(30)),
      remedy: null,
    });
  });

  it('counts those beside it and those behind it', () => {
    const held = aPendingRow('14', minutes(5), { held: 'buffered' });
    const runs = [held, aRunningRow('13', minutes(10)), aRunningRow('12', minutes(30))];
    const { reason } = why(given({ runs }));
    expect(reason).toMatch(/^Run 12, .* 1 run is running beside it. 1 run is waiting.$/);
  });

  it('tells nodes of one name apart', () => {
    const node = { name: 'web', roles: ['worker'], tasks: [TASK] };
    const nodes = [
      { ...node, id: 'n1' },
      { ...node, id: 'n3' },
    ];
    expect(why(given({ nodes, runs: [aRunningRow('1', 5)] })).reason).toContain('on node web (n1)');
  });

  it('says that its node is gone, and that somebody must lead to settle the run', () => {
    const runs = [aRunningRow('12', minutes(1), { nodeId: 'n9' })];
    const told = why(given({ runs }));
    expect(told.reason).toContain('on node n9 since');
    expect(told.reason).toContain('That node is silent');
    expect(told.remedy).toBeNull();
    expect(why(given({ runs, leader: { nodeId: null } })).remedy).toContain('role "scheduler"');
  });
});

describe('a job whose fire times overlap', () => {
  it('names the run that is in the way, and how many fire times it has cost', () => {
    const runs = [
      aSkippedRow('15', minutes(1), 'overlapped'),
      aSkippedRow('14', minutes(2), 'overlapped'),
      aRunningRow('12', minutes(30)),
    ];
    const told = why(given({ runs }));
    expect(told).toMatchObject({ state: 'overlapped', since: at(-minutes(30)) });
    expect(told.reason).toContain(
      `Its last 2 fire times, up to ${iso(-minutes(1))}, were skipped: run 12, of`,
    );
    expect(told.remedy).toBe('Wait for run 12, or cancel it, and give the job a timeoutMs.');
  });

  it('is only running once a fire time has found room again', () => {
    const runs = [aRunningRow('16', 5), aSkippedRow('15', minutes(1), 'overlapped')];
    expect(why(given({ runs })).state).toBe('running');
  });

  it('blames a handler that ignores its signal, which only a restart ends', () => {
    const hung = aRun('12', minutes(30), { state: 'timed-out', handlerAlive: true });
    const told = why(given({ runs: [aSkippedRow('13', minutes(1), 'overlapped'), hung] }));
    expect(told.state).toBe('overlapped');
    expect(told.reason).toContain('run 12, of');
    expect(told.reason).toContain('its handler is still running on node web-1');
    expect(told.remedy).toContain('only a restart of node web-1 makes room');
    expect(why(given({ runs: [hung] }))).toMatchObject({ state: 'running' });
  });

  it('says that the run in the way is over by now', () => {
    const told = why(
      given({ runs: [aSkippedRow('13', minutes(30), 'overlapped'), aRun('12', 1)] }),
    );
    expect(told).toMatchObject({ state: 'overlapped', since: at(-minutes(30)) });
    expect(told.reason).toContain(`Now it is. It fires next at ${iso(minutes(30))}.`);
  });
});

describe('a job with a run that waits', () => {
  it('names the oldest, how many there are and when it is too late for it', () => {
    const runs = [aPendingRow('14', minutes(1)), aPendingRow('13', minutes(2))];
    const told = why(given({ runs, job: { misfireGraceMs: minutes(5) } }));
    expect(told).toMatchObject({ state: 'backlog', since: at(-minutes(2)) });
    expect(told.reason).toBe(
      `Run 13, of ${iso(-minutes(2))}, waits for a free slot of the one live worker that knows its ` +
        `task. 2 runs are waiting in all. If it has not started by ${iso(minutes(3))} it is ` +
        'skipped: its grace is 5 min.',
    );
    expect(told.remedy).toContain('Add workers');
  });

  it('asks nobody to do anything about a wait of a moment', () => {
    expect(why(given({ runs: [aPendingRow('13', 500)] })).remedy).toBeNull();
  });

  it('says what the wait has cost', () => {
    const runs = [aSkippedRow('14', minutes(1), 'overlapped'), aPendingRow('13', minutes(2))];
    const told = why(given({ runs, job: { misfireGraceMs: null } }));
    expect(told.state).toBe('backlog');
    expect(told.reason).toContain(
      `Its last fire time, ${iso(-minutes(1))}, was skipped meanwhile.`,
    );
    expect(told.reason).not.toContain('grace');
  });

  it('waits for its turn where it is held back', () => {
    const runs = [aPendingRow('13', minutes(2), { held: 'buffered' })];
    expect(why(given({ runs })).reason).toContain('waits for its turn');
    expect(why(given({ runs, leader: { nodeId: null } })).remedy).toContain('role "scheduler"');
  });

  it('is tried again at its instant, with what went wrong', () => {
    const error = { name: 'TypeError', message: 'no rows.\nat line 7' };
    const run = aPendingRow('13', minutes(2), { attempt: 1, runAt: at(minutes(1)), error });
    const told = why(given({ runs: [run], job: { retry: { maxAttempts: 3 } } }));
    expect(told).toMatchObject({ state: 'retrying', remedy: null });
    expect(told.reason).toBe(
      `Run 13, of ${iso(-minutes(2))}, did not succeed: TypeError: no rows. Attempt 2 of 3 comes ` +
        `at ${iso(minutes(1))}.`,
    );
  });

  it('warns of a retry that the next fire forestalls', () => {
    const run = aPendingRow('13', minutes(2), { attempt: 1, runAt: at(hours(2)) });
    expect(why(given({ runs: [run] })).remedy).toContain(
      `fire, at ${iso(minutes(30))}, comes first`,
    );
  });

  it('starts a little late where the job has a jitter', () => {
    const told = why(given({ runs: [aPendingRow('13', 1_000, { runAt: at(4_000) })] }));
    expect(told).toMatchObject({ state: 'jittered', remedy: null });
    expect(told.reason).toContain(`starts at ${iso(4_000)}: its jitter is 5 s.`);
  });
});

describe('a job that nothing is in the way of', () => {
  it('has misfired when its last fire times came later than the grace allows', () => {
    const covers = { coversFrom: at(-hours(5)), coversTo: at(-hours(3)), coversCount: 3 };
    const told = why(given({ runs: [aSkippedRow('13', hours(3), 'misfired', covers)] }));
    expect(told).toMatchObject({ state: 'misfired', since: at(-hours(5)) });
    expect(told.reason).toBe(
      `Its last 3 fire times, from ${iso(-hours(5))} to ${iso(-hours(3))}, came later than the ` +
        `grace of 1 d allows, and did not run. It fires next at ${iso(minutes(30))}.`,
    );
    expect(told.remedy).toContain('Backfill');
  });

  it('has not misfired once it has run again', () => {
    const runs = [aRun('14', hours(1)), aSkippedRow('13', hours(3), 'misfired')];
    expect(why(given({ runs })).state).toBe('not-due');
  });

  it('is due, and late only after a while', () => {
    const now = why(given({ job: { nextFireAt: at(-1_000) } }));
    expect(now).toMatchObject({ state: 'due', since: at(-1_000), remedy: null });
    const late = why(given({ job: { nextFireAt: at(-minutes(1)) } }));
    expect(late.remedy).toContain('see the log of the leader');
    expect(late.reason).toContain('the leader has not fired it.');
  });

  it('is not due: it says when it fires, and that the last run succeeded', () => {
    const told = why(given({ runs: [aRun('12', minutes(30))] }));
    expect(told).toEqual({
      state: 'not-due',
      reason:
        `It fires next at ${iso(minutes(30))}. The last one, run 12, of ${iso(-minutes(30))}, ` +
        `succeeded at ${iso(-minutes(29))}.`,
      since: null,
      remedy: null,
    });
  });

  it('has not run yet', () => {
    expect(why(given()).reason).toContain('It has not run yet.');
  });

  it('says what went wrong last, and what can be done', () => {
    const error = { name: 'Error', message: 'the disk is full' };
    const told = why(given({ runs: [aRun('12', minutes(30), { state: 'failed', error })] }));
    expect(told.state).toBe('not-due');
    expect(told.reason).toContain(`failed at ${iso(-minutes(29))}: Error: the disk is full.`);
    expect(told.remedy).toBe('See the log of run 12. Retry it if it must not wait for the next.');
  });

  it('names why its last fire time was skipped, and looks past what another ran for', () => {
    const paused = why(given({ runs: [aSkippedRow('13', 5, 'paused')] }));
    expect(paused.reason).toContain('did not run: the job or the cluster was paused.');
    const coalesced = why(given({ runs: [aSkippedRow('13', 5, 'coalesced'), aRun('12', 9)] }));
    expect(coalesced.reason).toContain('run 12, of');
  });

  it('warns ahead that nobody leads', () => {
    const told = why(given({ leader: { nodeId: null } }));
    expect(told.state).toBe('not-due');
    expect(told.reason).toContain('No node leads now');
    expect(told.remedy).toContain('role "scheduler"');
  });
});

describe('a node whose event loop is blocked', () => {
  const web = { id: 'n1', name: 'web-1', roles: ['worker'], tasks: [TASK] };
  const by = 'the request GET /export';
  const nodes = [{ ...web, blockedSince: at(-3_000), blockedBy: by }];

  it('is named with what blocks it, where a run of the job goes on there', () => {
    const told = why(given({ nodes, runs: [aRunningRow('8', minutes(1), { nodeId: 'n1' })] }));
    expect(told.reason).toContain(`whose event loop is blocked since ${iso(-3_000)} by ${by}`);
  });

  it('is why a run waits, if no other node could take it', () => {
    const runs = [aPendingRow('9', 2_000)];
    const told = why(given({ nodes, runs }));
    expect(told.state).toBe('backlog');
    expect(told.reason).toContain(`Its event loop is blocked since ${iso(-3_000)} by ${by}.`);
    expect(told.remedy).toContain('worker thread');
    const other = { ...web, id: 'n2', name: 'web-2' };
    expect(why(given({ nodes: [...nodes, other], runs })).remedy).toBeNull();
  });
});
