import type { TriggerSpec } from '../triggers/trigger-spec.js';
import { WrongStateError } from './errors.js';
import { paused, redefined, resumed, revived, unchanged } from './job-changes.js';
import type { JobChange, JobDefinition, StoredJob } from './job-definition.js';
import { isRetimed } from './job-edits.js';
import { DISABLED_IN_CODE, type Declared, type DeclaredJob } from '../domain/declared-job.js';
import { anchored, continued, nextOf, replanFrom } from './job-trigger.js';

/**
 * How a declaration becomes a job, and what a deploy does to it. Pure.
 *
 * A declaration is known by its hash. The stored one stays as it is when the hash is the same, so a
 * restart moves no plan. Another one replaces it, unless it is an older one that comes back while
 * somebody live still declares the newer: nodes of both versions run side by side during a deploy, and
 * the older must not win by starting last. Which is older is known by the hashes that were in force
 * before. When the last node that declares the newer has gone, the others bring theirs back.
 *
 * `disabled` means that a node is not to run the job, and is each node's own. While one live node runs
 * it, those that do not change nothing; when none does, it is paused until one comes that does. A
 * deploy may stop the only one for a moment, so what that pause missed is made up for if it was short.
 *
 * What an operator did survives all of it: pauses and overrides are kept apart from the declaration.
 * What code did to the trigger of its own job (`retime`) lasts no longer than a generation, as what it
 * did to a timer of its process would not: the first declaration after a cold start takes it back.
 */

/** A cold start of the cluster. */
export interface Generation {
  readonly generation: string;
  readonly startedAt: Date;
}

/** A job that has fired before and was off for no longer than this was restarted, in milliseconds. */
const RESTART_MS = 300_000;

/** So many former hashes are remembered. */
const MAX_FORMER = 20;

/** The job that a declaration makes where there is none. */
export function firstDeclared(
  declared: DeclaredJob,
  now: Date,
  cluster: Generation | null,
): Pick<JobChange, 'definition' | 'nextFireAt'> {
  const { trigger, generation, first } = armed(declared, now, cluster, null);
  const isPaused = isOff(declared);
  const definition: JobDefinition = {
    ...fieldsOf(declared),
    trigger,
    generation,
    paused: isPaused,
    pauseReason: isPaused ? DISABLED_IN_CODE : null,
    pausedAt: isPaused ? now : null,
    pausedUntil: null,
    formerHashes: [],
    overrides: {},
    unknownSince: null,
    orphanedAt: null,
    idleSince: isPaused ? now : null,
  };
  return { definition, nextFireAt: isPaused ? null : (first ?? nextOf(definition, 0, now)) };
}

export interface Redeclared {
  readonly outcome: Declared;
  /** Null: nothing is written. */
  readonly change: JobChange | null;
}

/** What other live nodes have of a job. */
export interface Others {
  /** One declares it as it is stored. */
  readonly declare: boolean;
  /** One declares it, and is to run it. */
  readonly enable: boolean;
}

export function redeclared(
  job: StoredJob,
  declared: DeclaredJob,
  now: Date,
  cluster: Generation | null,
  others: Others,
): Redeclared {
  if (job.origin !== declared.origin) return { outcome: 'taken', change: null };
  if (declared.disabled && others.enable) return { outcome: 'unchanged', change: null };
  const same = job.declaredHash === declared.hash;
  const starts = declared.trigger.type === 'start';
  const rearms = starts && job.generation !== (cluster?.generation ?? null);
  const restores =
    isRetimed(job) &&
    job.overrides.trigger === undefined &&
    job.generation !== (cluster?.generation ?? null);
  if (same && !rearms && !restores)
    return job.orphanedAt === null ? switched(job, declared, now) : alive(job, declared, now);
  const older = !same && job.formerHashes.includes(declared.hash);
  if (older && others.declare) return { outcome: 'drifted', change: null };
  return {
    outcome: !same ? 'replaced' : restores ? 'restored' : 'restarted',
    change: replaced(job, declared, now, cluster),
  };
}

function replaced(
  job: StoredJob,
  declared: DeclaredJob,
  now: Date,
  cluster: Generation | null,
): JobChange {
  const byOperator = job.paused && job.pauseReason !== DISABLED_IN_CODE;
  const isPaused = byOperator || isOff(declared);
  const { trigger, generation, first } = armed(declared, replanFrom(job, now), cluster, job);
  const definition: JobDefinition = {
    ...job,
    ...fieldsOf(declared),
    ...job.overrides,
    trigger: job.overrides.trigger ?? trigger,
    generation,
    paused: isPaused,
    pauseReason: byOperator ? job.pauseReason : isPaused ? DISABLED_IN_CODE : null,
    pausedAt: isPaused ? ((job.paused ? job.pausedAt : null) ?? now) : null,
    pausedUntil: byOperator ? job.pausedUntil : null,
    formerHashes: formerOf(job, declared.hash),
    unknownSince: null,
    orphanedAt: null,
  };
  const change = redefined(job, definition, now);
  const fires = first !== null && !isPaused && job.overrides.trigger === undefined;
  return fires ? { ...change, nextFireAt: first } : change;
}

const isOff = (declared: DeclaredJob) => declared.paused || declared.disabled;

/** The declaration is the same, and its node is to run the job or not. */
function switched(job: StoredJob, declared: DeclaredJob, now: Date): Redeclared {
  if (declared.origin !== 'declared') return known(job, declared);
  if (declared.disabled && !job.paused)
    return { outcome: 'disabled', change: switchedOff(job, now) };
  if (isOff(declared) || job.pauseReason !== DISABLED_IN_CODE) return known(job, declared);
  const change = switchedOn(job, now);
  return {
    outcome: 'enabled',
    change: { ...change, definition: { ...change.definition, declared } },
  };
}

/** It is paused for the lack of a node that is to run it, and for nothing else. */
export const isSwitchedOff = ({ origin, pauseReason, declared }: StoredJob) =>
  origin === 'declared' && pauseReason === DISABLED_IN_CODE && declared?.paused === false;

/** A live node is to run it, one that has come or was taken for dead. */
export function switchedOn(job: StoredJob, now: Date): JobChange {
  const pausedMs = now.getTime() - (job.pausedAt ?? now).getTime();
  const wasRestarted = job.lastFireAt !== null && pausedMs <= RESTART_MS;
  const change = resumed(job, wasRestarted ? 'once' : 'skip', now);
  return { ...change, definition: { ...change.definition, unknownSince: null } };
}

/** No live node is to run it. */
export function switchedOff(job: StoredJob, now: Date): JobChange {
  const change = paused(job, { reason: DISABLED_IN_CODE }, now);
  return { ...change, definition: { ...change.definition, unknownSince: null } };
}

/**
 * What is disabled on all live nodes is resumed by none: nobody would run it.
 *
 * @throws WrongStateError
 */
export function refuseToResume({ id }: StoredJob): never {
  throw new WrongStateError(
    `The job "${id}" is disabled in code on every live node, so nothing would run it. Take "disabled" ` +
      `from its declaration, or let code start it: registry.getCronJob("${id}").start().`,
  );
}

/** A node of an earlier version does not write what its declaration says, only the hash of it. */
function known(job: StoredJob, declared: DeclaredJob): Redeclared {
  const change = job.declared?.hash === declared.hash ? null : unchanged(job);
  return {
    outcome: 'unchanged',
    change: change && { ...change, definition: { ...job, declared } },
  };
}

function alive(job: StoredJob, { disabled }: DeclaredJob, now: Date): Redeclared {
  if (disabled) return { outcome: 'unchanged', change: null };
  return { outcome: 'revived', change: revived(job, now) };
}

function fieldsOf(declared: DeclaredJob) {
  const { hash, paused: _paused, disabled: _disabled, trigger: _trigger, ...fields } = declared;
  return { ...fields, deleteWhenDone: false, declared, declaredHash: hash };
}

interface Armed {
  readonly trigger: TriggerSpec;
  readonly generation: string | null;
  /** Of what fires after a start: when, also if that has passed. */
  readonly first: Date | null;
}

/** The trigger of a declaration as it is stored. */
function armed(
  { id, trigger }: DeclaredJob,
  from: Date,
  cluster: Generation | null,
  job: StoredJob | null,
): Armed {
  if (trigger.type === 'start') {
    // What has been armed for this start of the cluster already is armed from now on.
    const again = job !== null && job.generation === (cluster?.generation ?? null);
    const start = again ? from : (cluster?.startedAt ?? from);
    const first = new Date(start.getTime() + trigger.delayMs);
    const at = first.toISOString();
    return { trigger: { type: 'date', at }, generation: cluster?.generation ?? null, first };
  }
  const plain =
    job === null ? anchored(trigger, from, id) : continued(job.trigger, trigger, from, id);
  return { trigger: plain, generation: null, first: null };
}

function formerOf({ formerHashes, declaredHash }: StoredJob, hash: string): string[] {
  if (declaredHash === hash) return [...formerHashes];
  const before = declaredHash === null ? formerHashes : [...formerHashes, declaredHash];
  return before.filter((former) => former !== hash).slice(-MAX_FORMER);
}
