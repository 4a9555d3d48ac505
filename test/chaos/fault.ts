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

export interface Fault {
  readonly kind: string;
  readonly group: 'process' | 'network' | 'database' | 'failpoints';
  /** How often it is drawn, compared with the others. */
  readonly weight: number;
  /** Inflicts it, takes it back, and says what it was in detail. */
  readonly inflict: (world: World, slot: Slot, random: Random) => Promise<string>;
}

/** A fault of the timeline. */
export interface Inflicted {
  readonly kind: string;
  readonly at: Date;
  /** Null: the database itself. */
  readonly node: string | null;
  /** It hit the leader. */
  readonly leads: boolean;
  until: Date | null;
  detail: string;
}
