import type { Fire } from '../../src/tasks/store/fire-ledger.js';
import type { MemoryDatabase } from '../../src/tasks/store/memory/database.js';
import { bug, patched, type PlantedBug } from './planted-bug.js';
import { PLANTED_RULE_BUGS } from './planted-rule-bugs.js';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  bug('fires for an old leader, without the fence', ['the fence holds'], (store, database) => ({
    fires: patched(store.fires, {
      fire: (token, pauses, fires, wantsRows) =>
        pretend(database, { fencingToken: token }, () =>
          store.fires.fire(token, pauses, fires, wantsRows),
        ),
    }),
  })),
  bug(
    'fires what was edited since it was read',
    ['no fire time vanishes', 'no fire time is made up', 'a pause holds'],
    (store, database) => ({
      fires: patched(store.fires, {
        fire: (token, pauses, fires) =>
          store.fires.fire(
            token,
            pauses,
            fires.map((fire) => asRead(fire, database)),
          ),
      }),
    }),
  ),
  bug('fires while the cluster is paused', ['a pause holds'], (store, database) => ({
    fires: patched(store.fires, {
      due: async (...asked) => {
        const due = await store.fires.due(...asked);
        return { ...due, pauses: { ...due.pauses, paused: false } };
      },
      fire: (token, pauses, fires, wantsRows) =>
        pretend(database, { paused: false }, () =>
          store.fires.fire(token, pauses, fires, wantsRows),
        ),
    }),
  })),
  bug('claims while the cluster is paused', ['a pause holds'], (store, database) => ({
    queue: patched(store.queue, {
      claim: (...asked) => pretend(database, { paused: false }, () => store.queue.claim(...asked)),
    }),
  })),
  bug('drops what did not run', ['no fire time vanishes'], (store) => ({
    fires: patched(store.fires, {
      fire: (token, pauses, fires) =>
        store.fires.fire(
          token,
          pauses,
          fires.map(({ job, plan }) => ({ job, plan: { ...plan, ranges: [] } })),
        ),
    }),
  })),
  bug('does not look at what is live', ['overlap is respected'], (store) => ({
    fires: patched(store.fires, {
      fire: (token, pauses, fires) => store.fires.fire(token, pauses, fires.map(withoutLimit)),
    }),
  })),
  bug(
    'lets a run be finished by whoever began it',
    ['a final state is final'],
    (store, database, node) => ({
      queue: patched(store.queue, {
        finish: (outcomes) => {
          for (const { runId } of outcomes) {
            const run = database.runs.get(runId);
            if (run) database.runs.write({ ...run, state: 'running', nodeId: node.id });
          }
          return store.queue.finish(outcomes);
        },
      }),
    }),
  ),
  bug(
    'hands a run out again that is being worked on',
    ['one start per fire time', 'attempts are allowed'],
    (store, database) => ({
      roster: patched(store.roster, {
        register: async () => {
          for (const run of database.runs.live()) database.runs.write({ ...run, state: 'pending' });
          await store.roster.register();
        },
      }),
    }),
  ),
  bug('never ends the runs of dead nodes', ['runs of the dead are settled'], (store) => ({
    fires: patched(store.fires, { settle: async () => ({ abandoned: 0, rerun: 0, runs: [] }) }),
  })),
  bug('does not take claims back', ['a claim is at work'], (store) => ({
    queue: patched(store.queue, { giveBack: async () => 0 }),
  })),
  bug('grants leases that never end', ['a leader is found'], (store, database) => ({
    lock: patched(store.lock, {
      renew: async (acquired) => {
        const renewed = await store.lock.renew(acquired);
        if (renewed) database.lock = { ...database.lock, leaseMs: 1e9, expiresAt: Infinity };
        return renewed;
      },
    }),
  })),
  bug('gives the same token twice', ['tokens grow'], (store, database) => ({
    lock: patched(store.lock, {
      takeOver: async (observed, sessionGone) => {
        const acquired = await store.lock.takeOver(observed, sessionGone);
        if (acquired === null) return null;
        database.lock = { ...database.lock, fencingToken: 1 };
        const last = database.terms.pop()!;
        database.terms.push({ ...last, fencingToken: 1 });
        return { ...acquired, fencingToken: 1 };
      },
    }),
  })),
  ...PLANTED_RULE_BUGS,
  bug(
    'tries again what is no longer the claim of whoever failed',
    ['a final state is final', 'one start per fire time'],
    (store, database, node) => ({
      queue: patched(store.queue, {
        finish: (outcomes) =>
          store.queue.finish(
            outcomes.map((outcome) => {
              const { runId, attempt } = outcome;
              const run = database.runs.get(runId);
              if (!run || (run.nodeId === node.id && run.state === 'running')) return outcome;
              database.runs.write({ ...run, attempt, state: 'running', nodeId: node.id });
              return { ...outcome, retryInMs: 500 };
            }),
          ),
      }),
    }),
  ),
  bug('runs again what is not lost', ['a run is not tried beside itself'], (store, database) => ({
    fires: patched(store.fires, {
      atWork: () => {
        for (const run of database.runs.live()) {
          const { state, attempt, nodeId, startedAt, jobId } = run;
          if (state !== 'running' || attempt > 3) continue;
          if (database.jobs.get(jobId)?.onCrash !== 'rerun') continue;
          const finishedAt = database.now();
          const kept = { attempt, nodeId, state: 'abandoned', startedAt, finishedAt } as const;
          database.runs.keepAttempt(run.id, { ...kept, error: null });
          const held = database.jobs.get(jobId)?.paused ? ('paused' as const) : null;
          const fresh = { nodeId: null, startedAt: null, held };
          database.runs.write({ ...run, ...fresh, state: 'pending' });
        }
        return store.fires.atWork();
      },
    }),
  })),
  bug(
    'claims what was cancelled while it looked',
    ['a final state is final', 'a pause holds'],
    (store, database) => ({
      queue: patched(store.queue, {
        claim: (...asked) => {
          const justNow = database.now().getTime() - 3_000;
          for (const run of database.runs.all()) {
            const isRecent = (run.finishedAt?.getTime() ?? 0) > justNow;
            if (run.state === 'cancelled' && run.attempt === 0 && isRecent)
              database.runs.write({ ...run, state: 'pending', finishedAt: null });
          }
          return store.queue.claim(...asked);
        },
      }),
    }),
  ),
  bug(
    'does not hear that a late handler has ended',
    ['a handler that has ended counts no more'],
    (store) => ({ queue: patched(store.queue, { returned: async () => [] }) }),
  ),
  bug('does not count a handler that goes on', ['overlap is respected'], (store) => ({
    queue: patched(store.queue, {
      finish: (outcomes) =>
        store.queue.finish(outcomes.map((outcome) => ({ ...outcome, handlerAlive: false }))),
    }),
  })),
  bug('tries runs of paused jobs again', ['a pause holds'], (store, database) => ({
    queue: patched(store.queue, {
      finish: async (outcomes) => {
        // Whatever ends while its job is paused is tried again here: else it would take long to show.
        const isPaused = (runId: string) =>
          database.jobs.get(database.runs.get(runId)?.jobId ?? '')?.paused === true;
        const again = outcomes.map((outcome) =>
          isPaused(outcome.runId) ? { ...outcome, retryInMs: 500 } : outcome,
        );
        const recorded = await store.queue.finish(again);
        for (const { runId } of again) {
          const run = database.runs.get(runId);
          if (run?.held === 'paused') database.runs.write({ ...run, held: null });
        }
        return recorded;
      },
    }),
  })),
];

/** Has an operation see another row of the lock than there is: it does all it does in one go. */
function pretend<T>(
  database: MemoryDatabase,
  seen: Partial<MemoryDatabase['lock']>,
  operation: () => T,
): T {
  const real = database.lock;
  database.lock = { ...real, ...seen };
  try {
    return operation();
  } finally {
    database.lock = real;
  }
}

/** Puts the plan back to what was read of it. */
function asRead({ job, plan }: Fire, { jobs }: MemoryDatabase): Fire {
  const { jobId, nextFireAt } = job;
  const row = jobs.get(jobId);
  if (row === undefined) return { job, plan };
  jobs.set(jobId, { ...row, nextFireAt });
  const { revision, inserts } = row;
  return { job: { ...job, revision, inserts: String(inserts) }, plan };
}

function withoutLimit({ job, plan }: Fire): Fire {
  return { job: { ...job, policy: { ...job.policy, overlap: 'allow' } }, plan };
}
