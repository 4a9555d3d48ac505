import type { ToEngine } from '../engine/messages.js';
import type { Advertised } from './messages.js';

/** The engine of a node, in whatever thread it lives. */
export interface EngineHandle {
  /** It sees and tells whether the main thread is blocked. */
  readonly watchesMain: boolean;

  /**
   * Opens its store and makes the node known to the cluster.
   *
   * @throws the reason why that is not possible now
   */
  open(): Promise<void>;
  start(): void;
  post(message: ToEngine): void;
  /** What this node declares from now on. */
  advertise(advertised: Advertised): void;
  /** Why this node does not do its work; null: it does. */
  trouble(): string | null;
  /** Begins nothing new, and gives the lead back. */
  retire(): Promise<void>;
  /** Writes what is left to write, and says good-bye. */
  close(): Promise<void>;
  /** Lets all of its connections go: what waits for an answer fails. */
  drop(): void;
}
