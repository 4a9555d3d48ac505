import type { Random } from '../simulation/random.js';
import type { Cluster, Slot } from './cluster.js';
import type { Observer } from './observer.js';
import type { PostgresServer } from './postgres-server.js';

/** What a fault can reach. */
export interface World {
  readonly cluster: Cluster;
  readonly server: PostgresServer;
  readonly observer: Observer;
  /** Failpoints to draw from; empty: all. */
  readonly places: readonly string[];
}

/**
 * Whom a fault may make late: nobody but the job it is done to; what one node has taken, and everybody
 * for as long as another takes over where that node leads; everybody, whoever leads, but only for so
 * long; or everybody while it lasts.
 */
export type Touches = 'one job' | 'one node' | 'leader' | 'server';

/** Each node can have one fault of these at a time, the whole cluster one of each of the others. */
export const GROUPS_OF_NODES = ['process', 'network', 'failpoints', 'host'] as const;
export const GROUPS_OF_ALL = ['database', 'locks', 'load'] as const;
export type Group = (typeof GROUPS_OF_NODES | typeof GROUPS_OF_ALL)[number];

export interface Fault {
  readonly kind: string;
  readonly group: Group;
  /** Default: one node for a group of nodes, else the server. */
  readonly touches?: Touches;
  /** For how long everybody may be late. Default: while it lasts, and until somebody leads again. */
  readonly boundMs?: number;
  /** How often it is drawn, compared with the others. */
  readonly weight: number;
  /** Where it can be inflicted. Default: everywhere. */
  readonly fits?: (slot: Slot) => boolean;
  /** Inflicts it, takes it back, and says what it was in detail. */
  readonly inflict: (world: World, slot: Slot, random: Random) => Promise<string>;
}

/** A fault of the timeline. */
export interface Inflicted {
  readonly kind: string;
  readonly touches: Touches;
  readonly boundMs: number | undefined;
  readonly at: Date;
  /** Null: the database itself. */
  readonly node: string | null;
  /** It hit the leader. */
  readonly leads: boolean;
  until: Date | null;
  detail: string;
}
