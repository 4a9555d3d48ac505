/**
 * A protocol as the states that it can be in: small enough for every order of every step to be tried. A mutant is the
 * same protocol without one of its guards.
 */
export interface Model<State> {
  readonly initial: State;
  /** What can happen next, each with its name. States are plain data, and are never changed. */
  steps(state: State): Iterable<readonly [name: string, next: State]>;
  /** What holds in every state, by name. */
  readonly invariants: Readonly<Record<string, (state: State) => boolean>>;
  /** Where everything comes out right. From every state some way leads there. */
  isGoal(state: State): boolean;
}

export interface Checked {
  readonly states: number;
  /** The invariant that breaks; `stuck`: no way leads to a goal; null: all is well. */
  readonly broken: string | null;
  /** The shortest way there. */
  readonly trace: readonly string[];
}

/** More is no small model. */
const MAX_STATES = 400_000;

interface Seen<State> {
  readonly state: State;
  readonly before: string | null;
  readonly step: string;
}

/** Tries everything, the shortest ways first. */
export function check<State>(model: Model<State>): Checked {
  const first = keyOf(model.initial);
  const seen = new Map<string, Seen<State>>([
    [first, { state: model.initial, before: null, step: 'start' }],
  ]);
  const comesFrom = new Map<string, string[]>();
  const goals: string[] = [];
  for (const [key, { state }] of seen) {
    const broken = Object.entries(model.invariants).find(([, holds]) => !holds(state));
    if (broken) return { states: seen.size, broken: broken[0], trace: traceOf(seen, key) };
    if (model.isGoal(state)) goals.push(key);
    for (const [step, next] of model.steps(state)) {
      const nextKey = keyOf(next);
      const ways = comesFrom.get(nextKey);
      if (ways) ways.push(key);
      else comesFrom.set(nextKey, [key]);
      if (!seen.has(nextKey)) seen.set(nextKey, { state: next, before: key, step });
    }
    if (seen.size > MAX_STATES) throw new Error(`more than ${MAX_STATES} states: make it smaller`);
  }
  const stuck = firstOutside(seen, reaching(goals, comesFrom));
  return stuck === null
    ? { states: seen.size, broken: null, trace: [] }
    : { states: seen.size, broken: 'stuck', trace: traceOf(seen, stuck) };
}

const keyOf = (state: unknown) => JSON.stringify(state);

/** All from which a goal can be reached. */
function reaching(
  goals: readonly string[],
  comesFrom: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const reached = new Set(goals);
  for (const key of reached) for (const before of comesFrom.get(key) ?? []) reached.add(before);
  return reached;
}

function firstOutside(seen: ReadonlyMap<string, unknown>, inside: ReadonlySet<string>) {
  for (const key of seen.keys()) if (!inside.has(key)) return key;
  return null;
}

function traceOf<State>(seen: ReadonlyMap<string, Seen<State>>, key: string): string[] {
  const trace: string[] = [];
  for (let at: string | null = key; at !== null;) {
    const { before, step }: Seen<State> = seen.get(at)!;
    trace.unshift(step);
    at = before;
  }
  return trace;
}
