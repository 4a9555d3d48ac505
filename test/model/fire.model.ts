import type { Model } from './checker.js';

/**
 * Lease and fire: two nodes, one lock, one job with a few fire times. A leader may freeze between its decision and its
 * write for as long as it likes, answers may be lost, and an operator pauses the job at any moment.
 */
export interface FireGuards {
  /** The write names the token of its leader, and happens under it only. */
  readonly fence: boolean;
  /** The write happens only where the plan is still what was read. */
  readonly plan: boolean;
  /** One row for each fire time. */
  readonly unique: boolean;
  /** A takeover happens only where the token is still what was read. */
  readonly takeover: boolean;
}

export const ALL_FIRE_GUARDS: FireGuards = {
  fence: true,
  plan: true,
  unique: true,
  takeover: true,
};

interface Fire {
  readonly token: number;
  readonly fireAt: number;
  readonly revision: number;
}

interface FireNode {
  /** Under which it believes to lead; 0: it does not. */
  readonly token: number;
  /** What it has read of the lock before it takes over; -1: nothing. */
  readonly observed: number;
  /** Sent, and not yet arrived. */
  readonly sent: Fire | null;
}

export interface FireState {
  readonly lock: { readonly token: number; readonly holder: number; readonly expired: boolean };
  readonly plan: { readonly next: number; readonly revision: number; readonly paused: boolean };
  /** Fire time → under which token each of its rows was written. */
  readonly rows: readonly (readonly number[])[];
  readonly nodes: readonly [FireNode, FireNode];
  /** Written by a leader that had been replaced. */
  readonly late: boolean;
  /** Written after a pause was acknowledged. */
  readonly afterPause: boolean;
}

const FIRE_TIMES = 2;
const MAX_TOKEN = 3;
const NOBODY = -1;

export function fireModel(guards: FireGuards): Model<FireState> {
  const node: FireNode = { token: 0, observed: -1, sent: null };
  return {
    initial: {
      lock: { token: 0, holder: NOBODY, expired: true },
      plan: { next: 0, revision: 0, paused: false },
      rows: Array.from({ length: FIRE_TIMES }, () => []),
      nodes: [node, node],
      late: false,
      afterPause: false,
    },
    *steps(state) {
      yield* ofLock(state);
      for (const n of [0, 1] as const) yield* ofNode(state, n, guards);
      const { plan } = state;
      if (!plan.paused && plan.revision === 0)
        yield ['pause', { ...state, plan: { ...plan, paused: true, revision: 1 } }];
      if (plan.paused)
        yield ['resume', { ...state, plan: { ...plan, paused: false, revision: 2 } }];
    },
    invariants: {
      'a fire time has one row': ({ rows }) => rows.every((each) => each.length <= 1),
      'none is passed over': ({ rows, plan }) =>
        rows.every((each, at) => at >= plan.next || each.length > 0),
      'a replaced leader writes nothing': ({ late }) => !late,
      'nothing fires after a pause': ({ afterPause }) => !afterPause,
      'one node holds each token': ({ nodes: [a, b] }) => a.token === 0 || a.token !== b.token,
    },
    // Tokens end here for the sake of the model only.
    isGoal: ({ plan, lock }) => plan.next === FIRE_TIMES || lock.token === MAX_TOKEN,
  };
}

function* ofLock(state: FireState): Iterable<readonly [string, FireState]> {
  // The lease ends by the database's clock, whatever its holder does.
  if (!state.lock.expired) yield ['expire', { ...state, lock: { ...state.lock, expired: true } }];
}

function* ofNode(
  state: FireState,
  n: 0 | 1,
  guards: FireGuards,
): Iterable<readonly [string, FireState]> {
  const { lock, nodes, plan } = state;
  const node = nodes[n];
  if (node.token === 0 && node.observed < 0 && lock.expired && lock.token < MAX_TOKEN)
    yield [`${n} reads the lock`, withNode(state, n, { observed: lock.token })];
  if (node.observed >= 0) {
    const taken = takeOver(state, n, guards);
    yield [`${n} takes over`, taken];
    // It was taken over, but nobody here knows: the lease runs out.
    yield [
      `${n} takes over, and its answer is lost`,
      withNode(taken, n, { token: 0, observed: -1 }),
    ];
  }
  if (node.token > 0 && node.sent === null && !plan.paused && plan.next < FIRE_TIMES) {
    const sent = { token: node.token, fireAt: plan.next, revision: plan.revision };
    yield [`${n} decides to fire ${plan.next}`, withNode(state, n, { sent })];
  }
  if (node.sent) {
    const written = write(state, node.sent, guards);
    yield [`the fire of ${n} arrives`, withNode(written, n, { sent: null })];
    // What became of it is unknown, so the same is tried again.
    yield [`the fire of ${n} arrives, and its answer is lost`, written];
    yield [`the fire of ${n} is lost`, withNode(state, n, { sent: null })];
  }
  if (node.token > 0 && node.token < lock.token && node.sent === null)
    yield [`${n} sees that it was replaced`, withNode(state, n, { token: 0 })];
  if (node.token > 0 && lock.expired) yield [`${n} steps down`, withNode(state, n, { token: 0 })];
}

function takeOver(state: FireState, n: 0 | 1, { takeover }: FireGuards): FireState {
  const { observed } = state.nodes[n];
  if (takeover && state.lock.token !== observed) return withNode(state, n, { observed: -1 });
  const token = observed + 1;
  const lock = { token, holder: n, expired: false };
  return withNode({ ...state, lock }, n, { token, observed: -1 });
}

function write(state: FireState, fire: Fire, { fence, plan, unique }: FireGuards): FireState {
  const { lock, plan: stored, rows } = state;
  if (fence && lock.token !== fire.token) return state;
  if (plan && (stored.next !== fire.fireAt || stored.revision !== fire.revision)) return state;
  if (unique && rows[fire.fireAt]!.length > 0) return state;
  return {
    ...state,
    plan: { ...stored, next: Math.max(stored.next, fire.fireAt + 1) },
    // Two rows already break the promise.
    rows: rows.map((each, at) => (at === fire.fireAt ? [...each, fire.token].slice(0, 2) : each)),
    late: state.late || lock.token !== fire.token,
    afterPause: state.afterPause || stored.revision !== fire.revision,
  };
}

function withNode(state: FireState, n: 0 | 1, change: Partial<FireNode>): FireState {
  const nodes: [FireNode, FireNode] = [...state.nodes];
  nodes[n] = { ...nodes[n], ...change };
  return { ...state, nodes };
}
