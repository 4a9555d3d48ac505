import type { CareOptions } from '../domain/care-decision.js';
import type { Log, LogFields } from '../domain/log.js';
import type { EngineOptions } from '../engine/engine.js';
import type { ToEngine, ToRunner } from '../engine/messages.js';
import type { NodeIdentity } from '../store/node-roster.js';
import type { PostgresAccess } from '../store/postgres/session/probe-server.js';
import type { Claim, ClaimedRun, Outcome } from '../store/run-queue.js';
import type { Offer } from './offers.js';

/** All that an engine is made of, as plain data that any thread can be given. */
export interface EngineSeed {
  readonly engine: Omit<EngineOptions, 'canTake' | 'preciseClock'>;
  readonly store: StoreSeed;
  readonly node: NodeIdentity;
  /** A module that puts something between the engine and its store. */
  readonly intercept: string | null;
  /** Runs at work here that an engine before had claimed; null: this is the first one of its node. */
  readonly holding: Holding | null;
}

/** How the store of an engine is opened. */
export interface StoreSeed extends CareOptions {
  readonly schema: string;
  readonly pooled: PostgresAccess;
  readonly direct: PostgresAccess;
  readonly poolSize: number;
  readonly leaseMs: number;
  readonly hint: boolean;
}

/** What a runner has of its engine, and the ledger has not yet answered for. */
export interface Holding {
  /** Their handlers go on. */
  readonly working: readonly ClaimedRun[];
  readonly outcomes: readonly Outcome[];
  /** Handlers that have ended although their time was over. */
  readonly returned: readonly Claim[];
}

/** What a thread is started with. */
export interface ThreadSeed extends EngineSeed {
  readonly shared: SharedArrayBuffer;
}

/** What this node declares of itself from now on. */
export type Advertised = Pick<NodeIdentity, 'tasks' | 'jobs'>;

export type ToThread =
  | { readonly type: 'start' }
  /** @param seen the last offer that main had read of when it said this */
  | { readonly type: 'post'; readonly message: ToEngine; readonly seen: number }
  | { readonly type: 'advertise'; readonly advertised: Advertised }
  /** Answered with `done`. */
  | { readonly type: 'retire' | 'close' };

export type FromThread =
  | { readonly type: 'registered' }
  /** It could not open its store or make the node known. */
  | { readonly type: 'failed'; readonly reason: string }
  /** It wants to take runs, and main is to show that it comes round. */
  | { readonly type: 'pulse' }
  | { readonly type: 'offers'; readonly offers: readonly Offer[] }
  | { readonly type: 'tell'; readonly message: ToRunner }
  | {
      readonly type: 'log';
      readonly level: keyof Log;
      readonly message: string;
      readonly fields?: LogFields;
    }
  /** Why the engine does not do its work; null: it does. Told when it changes. */
  | { readonly type: 'trouble'; readonly trouble: string | null }
  | { readonly type: 'done'; readonly what: 'retire' | 'close' };
