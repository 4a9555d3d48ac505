import { CronTime } from 'cron';
import type { Clock } from '../domain/clock.js';
import { parseTrigger } from '../triggers/parse-trigger.js';
import { defaultZone } from './default-zone.js';
import { triggerSpecSchema, type TriggerSpec } from '../triggers/trigger-spec.js';
import type { Trigger } from '../triggers/trigger.js';

type DateTime = ReturnType<CronTime['getNextDateFrom']>;

const EVERY_SECOND = '* * * * * *';

/** The zone in which dates are shown. */
interface ShownIn {
  readonly timeZone?: string | undefined;
  readonly utcOffset?: number | undefined;
}

/**
 * A `CronTime` that asks one of our triggers. What `CronJob` does with it stays as it is, but jobs run
 * at the same instants as in a cluster: once where clocks are set back, and on expressions that
 * the evaluator of `cron` does not know.
 */
export class TriggerTime extends CronTime {
  /** Makes luxon's dates in the right zone, for which the package gives no other way. */
  private readonly maker: CronTime;

  /** @param source what the host wrote */
  constructor(
    readonly trigger: Trigger,
    private readonly clock: Clock,
    source: unknown,
    { timeZone, utcOffset }: ShownIn,
  ) {
    super(EVERY_SECOND);
    this.maker =
      utcOffset === undefined
        ? new CronTime(EVERY_SECOND, timeZone ?? defaultZone({}))
        : new CronTime(EVERY_SECOND, null, utcOffset);
    if (typeof source === 'string') this.source = source;
    if (timeZone !== undefined) this.timeZone = timeZone;
    if (utcOffset !== undefined) this.utcOffset = utcOffset;
  }

  /** The next fire time; null: there is none. */
  upcoming(): Date | null {
    return this.trigger.next(this.clock.now());
  }

  override sendAt(): DateTime;
  override sendAt(count: number): DateTime[];
  override sendAt(count?: number): DateTime | DateTime[] {
    if (count === undefined || Number.isNaN(count) || count < 0) {
      return this.following(this.clock.now());
    }
    const dates: DateTime[] = [];
    for (let from = this.clock.now(); dates.length < count; from = dates.at(-1)!.toJSDate()) {
      dates.push(this.following(from));
    }
    return dates;
  }

  override getTimeout(): number {
    return this.following(this.clock.now()).toMillis() - this.clock.now().getTime();
  }

  override getNextDateFrom(start: Parameters<CronTime['getNextDateFrom']>[0]): DateTime {
    return this.following(start instanceof Date ? start : start.toJSDate());
  }

  override toString(): string {
    return String(this.source);
  }

  private following(after: Date): DateTime {
    const next = this.trigger.next(after);
    if (next === null)
      throw new Error('The job has no fire time left. Give it another with setTime.');
    const base = this.maker.sendAt();
    return base.plus({ milliseconds: next.getTime() - base.toMillis() });
  }
}

/** What a `CronTime` of the host says. @throws InvalidInputError */
export function specOf({ source, realDate, timeZone, utcOffset }: CronTime): TriggerSpec {
  const written =
    realDate && typeof source !== 'string'
      ? { type: 'date', at: source.toJSDate().toISOString() }
      : {
          type: 'cron',
          expression: source,
          ...(timeZone !== undefined && { timeZone }),
          ...(utcOffset !== undefined && { utcOffset }),
        };
  parseTrigger(written);
  return triggerSpecSchema.parse(written);
}
