import { NONE, type FieldSet } from './field-set.js';

/** The times of day that a pattern names, in seconds since midnight. */
export class TimeOfDay {
  readonly first: number;
  readonly last: number;
  /** How many there are in a day. */
  readonly size: number;

  constructor(
    readonly hours: FieldSet,
    readonly minutes: FieldSet,
    readonly seconds: FieldSet,
  ) {
    this.first = hours.first * 3_600 + minutes.first * 60 + seconds.first;
    this.last = hours.last * 3_600 + minutes.last * 60 + seconds.last;
    this.size = hours.size * minutes.size * seconds.size;
  }

  /** The first time that is not before `time`, or `NONE`. */
  next(time: number): number {
    const { hours, minutes, seconds } = this;
    const h = Math.floor(time / 3_600);
    const m = Math.floor(time / 60) % 60;
    if (hours.has(h)) {
      if (minutes.has(m)) {
        const second = seconds.next(time % 60);
        if (second !== NONE) return h * 3_600 + m * 60 + second;
      }
      const minute = minutes.next(m + 1);
      if (minute !== NONE) return h * 3_600 + minute * 60 + seconds.first;
    }
    const hour = hours.next(h + 1);
    return hour === NONE ? NONE : hour * 3_600 + minutes.first * 60 + seconds.first;
  }

  /** The last time that is not after `time`, or `NONE`. */
  previous(time: number): number {
    const { hours, minutes, seconds } = this;
    const h = Math.floor(time / 3_600);
    const m = Math.floor(time / 60) % 60;
    if (hours.has(h)) {
      if (minutes.has(m)) {
        const second = seconds.previous(time % 60);
        if (second !== NONE) return h * 3_600 + m * 60 + second;
      }
      const minute = minutes.previous(m - 1);
      if (minute !== NONE) return h * 3_600 + minute * 60 + seconds.last;
    }
    const hour = hours.previous(h - 1);
    return hour === NONE ? NONE : hour * 3_600 + minutes.last * 60 + seconds.last;
  }

  /** How many times there are before `time`. */
  rank(time: number): number {
    const { hours, minutes, seconds } = this;
    const h = Math.floor(time / 3_600);
    const m = Math.floor(time / 60) % 60;
    const inMinute = minutes.has(m) ? seconds.rank(time % 60) : 0;
    const inHour = hours.has(h) ? minutes.rank(m) * seconds.size + inMinute : 0;
    return hours.rank(h) * minutes.size * seconds.size + inHour;
  }
}
