import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import { Engine, type EngineOptions } from '../engine/engine.js';
import type { ToEngine, ToRunner } from '../engine/messages.js';
import type { EngineStore } from '../store/engine-store.js';
import type { EngineHandle } from './engine-handle.js';

/** What an engine in the main thread has of its surroundings. */
export interface EngineHereParts {
  readonly options: EngineOptions;
  readonly openStore: () => Promise<EngineStore>;
  readonly clock: Clock;
  readonly log: Log;
  readonly hear: (message: ToRunner) => void;
  /** Lets the connections of its store go. */
  readonly drop: () => void;
}

/**
 * The engine on the main thread: for tests whose clock is moved by hand, for code that no thread can load, and for who
 * wants it so. What blocks the event loop blocks it too. What the node declares it reads by itself.
 */
export class EngineHere implements EngineHandle {
  readonly watchesMain = false;
  private store: EngineStore | null = null;
  private engine: Engine | null = null;

  constructor(private readonly parts: EngineHereParts) {}

  async open(): Promise<void> {
    this.store = await this.parts.openStore();
    await this.store.roster.register();
  }

  start(): void {
    const { options, clock, log, hear } = this.parts;
    this.engine = new Engine(options, this.store!, clock, log, hear);
    this.engine.start();
  }

  post(message: ToEngine): void {
    this.engine?.post(message);
  }

  advertise(): void {}

  trouble(): string | null {
    return this.engine?.trouble() ?? null;
  }

  async retire(): Promise<void> {
    await this.engine?.retire();
  }

  async close(): Promise<void> {
    await (this.engine ?? this.store)?.close();
  }

  drop(): void {
    this.parts.drop();
  }
}
