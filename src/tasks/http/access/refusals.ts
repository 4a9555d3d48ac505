import { HttpException, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../domain/clock.js';
import { TasksLogger } from '../../node/tasks-logger.js';
import { ClusterStore, REFUSED } from '../../store/cluster-store.js';

/** A change that somebody was not let make. */
export interface RefusedChange {
  /** Whose key it was; null: nobody's that is known. */
  readonly actor: string | null;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly code: string;
}

/** What is the same is written down once in so long, and then how often it was. */
const WINDOW_MS = 60_000;

/** So many that differ are written down in a window: whoever has no key must not fill the database. */
const MAX_KINDS = 50;

const MAX_PATH = 200;

/**
 * Keeps what was refused in the log and in the audit, in bounds: a flood of refusals costs a row for
 * each of the first fifty kinds, and one for how many the others were.
 */
@Injectable()
export class Refusals implements OnModuleDestroy {
  private readonly logger = new TasksLogger('TasksHttp');
  private readonly kinds = new Map<string, { readonly change: RefusedChange; again: number }>();
  private others = 0;
  private window: AbortController | null = null;

  constructor(
    private readonly cluster: ClusterStore,
    private readonly clock: Clock,
  ) {}

  onModuleDestroy(): void {
    this.window?.abort();
  }

  /** For what is thrown: a refusal or not. */
  noteIfRefused(error: unknown, change: Omit<RefusedChange, 'status' | 'code'>): void {
    if (!(error instanceof HttpException)) return;
    const status = error.getStatus();
    if (![401, 403, 429].includes(status)) return;
    const { code = 'refused' } = error.getResponse() as { code?: string };
    this.note({ ...change, status, code });
  }

  note(refused: RefusedChange): void {
    const change = { ...refused, path: refused.path.replace(/[?#].*$/s, '').slice(0, MAX_PATH) };
    this.openWindow();
    const key = JSON.stringify(change);
    const known = this.kinds.get(key);
    if (known) known.again++;
    else if (this.kinds.size >= MAX_KINDS) this.others++;
    else {
      this.kinds.set(key, { change, again: 0 });
      this.write(change);
    }
  }

  private openWindow(): void {
    if (this.window !== null) return;
    const window = new AbortController();
    this.window = window;
    void this.clock.sleep(WINDOW_MS, window.signal).then(() => this.close(window.signal));
  }

  private close(signal: AbortSignal): void {
    this.window = null;
    const kinds = [...this.kinds.values()];
    const { others } = this;
    this.kinds.clear();
    this.others = 0;
    if (signal.aborted) return;
    for (const { change, again } of kinds) if (again > 0) this.write(change, { again });
    if (others > 0) this.write(null, { others });
  }

  private write(change: RefusedChange | null, counts: object = {}): void {
    const { actor = null, ...what } = change ?? {};
    const details = { ...what, ...counts };
    this.logger.warn(`Refused ${JSON.stringify({ actor, ...details })}`, {
      event: REFUSED,
      actor,
      ...details,
    });
    this.cluster.note(REFUSED, details, { actor: actor ?? 'unknown' }).catch((error: unknown) => {
      this.logger.warn(`What was refused is not in the audit: ${String(error)}`);
    });
  }
}
