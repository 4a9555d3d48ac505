import type { Model } from './checker.js';

/**
 * The credit protocol: a run that was claimed passes from the engine's thread to the main thread, which may stand still
 * at any moment. Main works on one at once and lets one more wait, and one word of memory passes one offer after the other. What is
 * taken back may be run by another node. The thread may die, and another takes over.
 */
export interface CreditGuards {
  /** Main takes an offer only if it is still there. */
  readonly compare: boolean;
  /** No two offers have the same ticket. */
  readonly tickets: boolean;
  /** Offers on their way are counted off the slots that main tells of. */
  readonly counting: boolean;
  /** Main begins nothing for which it has no slot. */
  readonly room: boolean;
  /** Nothing is taken any more of an engine that has died. */
  readonly generations: boolean;
  /** An engine that takes over is told what goes on. */
  readonly handover: boolean;
}

export const ALL_CREDIT_GUARDS: CreditGuards = {
  compare: true,
  tickets: true,
  counting: true,
  room: true,
  generations: true,
  handover: true,
};

interface Offer {
  readonly ticket: number;
  readonly run: number;
  /** Which thread of the engine made it. */
  readonly thread: number;
}

export interface CreditState {
  /** Who has each run by the ledger, and how often its handler was called. */
  readonly runs: readonly {
    readonly owner: 'nobody' | 'here' | 'there' | 'done';
    readonly calls: number;
  }[];
  readonly thread: number;
  readonly slot: number;
  readonly tickets: number;
  /** Claims that the thread holds: offered or known to work. */
  readonly held: readonly number[];
  /** Its slots, as it believes. */
  readonly free: number;
  /** Offered, and main has not said that it has come to them. */
  readonly unseen: readonly number[];
  /** Not yet read by main. */
  readonly mail: readonly Offer[];
  /** Read by main, and not begun. */
  readonly queue: readonly Offer[];
  /** Said by main, not yet read by the thread: free places, and up to which ticket main has read. */
  readonly told: readonly { readonly free: number; readonly seen: number }[];
  readonly seen: number;
  /** Runs whose handlers go on on main. */
  readonly works: readonly number[];
}

const RUNS = [0, 1, 2] as const;
const SLOTS = 1;
const AHEAD = 1;
const PLACES = SLOTS + AHEAD;
const MAX_TICKETS = 4;
const MAX_THREADS = 2;

export function creditModel(guards: CreditGuards): Model<CreditState> {
  return {
    initial: {
      runs: RUNS.map(() => ({
        owner: 'nobody',
        calls: 0,
      })),
      thread: 1,
      slot: 0,
      tickets: 0,
      held: [],
      free: PLACES,
      unseen: [],
      mail: [],
      queue: [],
      told: [],
      seen: 0,
      works: [],
    },
    *steps(state) {
      for (const run of RUNS) yield* ofRun(state, run);
      yield* ofThread(state, guards);
      yield* ofMain(state, guards);
    },
    invariants: {
      'a handler is called once': ({ runs }) => runs.every(({ calls }) => calls <= 1),
      'main works on nothing that is not its node’s': ({ runs, works }) =>
        works.every((run) => runs[run]!.owner === 'here'),
      'no more runs than slots': ({ works }) => works.length <= SLOTS,
      'the engine counts on no place that is taken': ({ free, works, queue, mail, thread }) => {
        const waiting = [...queue, ...mail].filter((offer) => offer.thread === thread);
        return free <= 0 || free <= PLACES - works.length - waiting.length;
      },
    },
    isGoal: ({ runs }) => runs.every(({ owner }) => owner === 'done'),
  };
}

type Step = readonly [name: string, next: CreditState];

function* ofRun(state: CreditState, run: number): Iterable<Step> {
  const { owner, calls } = state.runs[run]!;
  if (owner === 'nobody') yield [`another node runs ${run}`, owned(state, run, 'there', calls + 1)];
  if (owner === 'there') yield [`${run} ends there`, owned(state, run, 'done', calls)];
}

function* ofThread(state: CreditState, guards: CreditGuards): Iterable<Step> {
  const { runs, slot, tickets, held, free, unseen, mail, thread } = state;
  for (const run of RUNS) {
    if (runs[run]!.owner !== 'nobody' || free < 1 || slot > 0 || tickets >= MAX_TICKETS) continue;
    const ticket = guards.tickets ? tickets + 1 : 1;
    yield [
      `claims and offers ${run}`,
      {
        ...owned(state, run, 'here', runs[run]!.calls),
        slot: ticket,
        tickets: tickets + 1,
        held: [...held, run],
        free: free - 1,
        unseen: [...unseen, ticket],
        mail: [
          ...mail,
          {
            ticket,
            run,
            thread,
          },
        ],
      },
    ];
  }
  const offered = [...mail, ...state.queue].find(
    ({ ticket, thread: by }) => ticket === slot && by === thread,
  );
  if (slot > 0 && offered) {
    const left = { slot: 0, held: held.filter((run) => run !== offered.run) };
    yield [`takes ${offered.run} back`, { ...owned(state, offered.run, 'nobody', 0), ...left }];
  }
  if (slot < 0) yield ['clears the slot', { ...state, slot: 0 }];
  const [said, ...told] = state.told;
  if (said) {
    const left = unseen.filter((ticket) => ticket > said.seen);
    const coming = guards.counting ? left.length : 0;
    yield [
      'reads of slots',
      { ...state, told, unseen: left, free: Math.max(0, said.free - coming) },
    ];
  }
  // What the ledger says this node has and the thread does not know is given back.
  for (const run of RUNS) {
    if (runs[run]!.owner !== 'here' || held.includes(run)) continue;
    yield [`gives ${run} back`, owned(state, run, 'nobody', runs[run]!.calls)];
  }
  if (thread < MAX_THREADS) yield ['dies, and another takes over', another(state, guards)];
}

/** It begins with a memory of its own. What main has not read of the old one is read as long as main does. */
function another(state: CreditState, { generations, handover }: CreditGuards): CreditState {
  const { works, thread, mail, seen } = state;
  return {
    ...state,
    thread: thread + 1,
    slot: 0,
    held: handover ? works : [],
    unseen: [],
    told: [],
    free: PLACES - works.length,
    mail: generations ? [] : mail,
    queue: generations ? [] : state.queue,
    seen,
  };
}

function* ofMain(state: CreditState, guards: CreditGuards): Iterable<Step> {
  const [unread, ...mail] = state.mail;
  if (unread) {
    const queue = [...state.queue, unread];
    yield [`main reads of ${unread.run}`, { ...state, mail, queue, seen: unread.ticket }];
  }
  const [offer, ...queue] = state.queue;
  if (offer && (state.works.length < SLOTS || !guards.room)) {
    const fits = state.slot === offer.ticket && offer.thread === state.thread;
    const takes = fits || !guards.compare || (offer.thread !== state.thread && !guards.generations);
    const left = { ...state, queue };
    if (takes) {
      const { owner, calls } = state.runs[offer.run]!;
      const slot = fits ? -offer.ticket : state.slot;
      const works = [...state.works, offer.run];
      yield [
        `main takes ${offer.run}`,
        { ...owned(left, offer.run, owner, calls + 1), slot, works },
      ];
    } else yield [`main misses ${offer.run}`, tells(left)];
  }
  if (state.told.length === 0) yield ['main tells of its slots', tells(state)];
  for (const run of state.works) {
    const works = state.works.filter((each) => each !== run);
    const ended = { ...state, works, held: state.held.filter((each) => each !== run) };
    yield [`${run} ends on main`, tells(owned(ended, run, 'done', state.runs[run]!.calls))];
  }
}

const tells = (state: CreditState): CreditState => ({
  ...state,
  told: [
    ...state.told,
    { free: PLACES - state.works.length - state.queue.length, seen: state.seen },
  ].slice(-1),
});

function owned(
  state: CreditState,
  run: number,
  owner: CreditState['runs'][number]['owner'],
  calls: number,
): CreditState {
  const runs = state.runs.map((each, n) => (n === run ? { owner, calls } : each));
  return { ...state, runs };
}
