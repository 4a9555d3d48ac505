import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import { Silence } from '../domain/silence.js';
import { LeaderDuty, type Lead } from './leader-duty.js';

export interface SilenceOptions {
  readonly deadAfterMs: number;
  readonly heartbeatMs: number;
}

/** A duty that judges nodes by how long this process itself has seen them silent. */
export abstract class SilenceWatch extends LeaderDuty {
  protected readonly silence: Silence;
  /** How often it looks while there is nobody to watch: of a silence of so long, the database's word is taken. */
  protected readonly idleMs: number;

  constructor(
    name: string,
    lead: Lead,
    protected readonly options: SilenceOptions,
    clock: Clock,
    log: Log,
  ) {
    super(name, lead, clock, log);
    this.idleMs = options.deadAfterMs / 2;
    this.silence = new Silence(options.deadAfterMs, options.heartbeatMs);
  }

  protected override begin(): void {
    this.silence.keep(new Set());
  }

  /** What a look finds. Nobody is known to have been silent while nobody could look. */
  protected seen<T>(look: Promise<T>): Promise<T> {
    return look.catch((error: unknown) => {
      this.begin();
      throw error;
    });
  }
}
