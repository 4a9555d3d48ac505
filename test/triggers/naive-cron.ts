/**
 * What an expression means, said as plainly as possible and with nothing in common with the code
 * under test: is this one wall time a match? Slow, and easy to check by reading.
 */

/** A wall time, as `Date.UTC` would write it down. */
export interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

export function wallAt(ms: number): Wall {
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
  };
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');

/** An expression of five, six or seven fields, each value tried once. */
export class NaiveCron {
  /** The seconds of a minute that it names. */
  readonly seconds: readonly number[];
  private readonly minutes: readonly boolean[];
  private readonly hours: readonly boolean[];
  private readonly months: readonly boolean[];
  private readonly dates = new Map<number, boolean>();
  private readonly fields: readonly string[];

  constructor(expression: string) {
    this.fields = sevenFields(expression);
    const [second = '', minute = '', hour = '', , month = ''] = this.fields;
    const tried = (field: string, min: number, max: number, names?: string[]) =>
      Array.from({ length: max + 1 }, (_, value) => inList(field, value, min, max, names));
    this.seconds = tried(second, 0, 59).flatMap((isNamed, value) => (isNamed ? value : []));
    this.minutes = tried(minute, 0, 59);
    this.hours = tried(hour, 0, 23);
    this.months = tried(month, 1, 12, MONTHS);
  }

  /** Whether it names any second of this wall minute. */
  names(wall: Wall): boolean {
    return this.minutes[wall.minute]! && this.hours[wall.hour]! && this.namesDate(wall);
  }

  private namesDate(wall: Wall): boolean {
    const key = (wall.year * 12 + wall.month) * 31 + wall.day;
    let isNamed = this.dates.get(key);
    if (isNamed === undefined) {
      const [, , , day = '', , weekday = '', year = ''] = this.fields;
      isNamed =
        this.months[wall.month]! &&
        inList(year, wall.year, 1970, 9999) &&
        dayMatches(day, weekday, wall);
      this.dates.set(key, isNamed);
    }
    return isNamed;
  }
}

/** Whether the hour, minute or second is left open, so that it follows real time. */
export function naiveFollowsRealTime(expression: string): boolean {
  const [second, minute, hour] = sevenFields(expression);
  return [second, minute, hour].some((field) => field?.includes('*'));
}

export function sevenFields(expression: string): string[] {
  const fields = expression.split(' ');
  if (fields.length === 5) return ['0', ...fields, '*'];
  return fields.length === 6 ? [...fields, '*'] : fields;
}

function dayMatches(day: string, weekday: string, wall: Wall): boolean {
  const byDay = day.split(',').some((item) => dayItem(item, wall));
  const byWeekday = weekday.split(',').some((item) => weekdayItem(item, wall));
  const isOpen = (field: string) => field === '*' || field === '?';
  return isOpen(day) || isOpen(weekday) ? byDay && byWeekday : byDay || byWeekday;
}

function dayItem(item: string, wall: Wall): boolean {
  const length = new Date(Date.UTC(wall.year, wall.month, 0)).getUTCDate();
  const near = /^(\d+)W$/.exec(item);
  const back = /^L-(\d+)$/.exec(item);
  if (item === 'L') return wall.day === length;
  if (item === 'LW') return wall.day === workdayNear(length, length, wall);
  if (back) return wall.day === length - Number(back[1]);
  if (near)
    return Number(near[1]) <= length && wall.day === workdayNear(Number(near[1]), length, wall);
  return inItem(item, wall.day, 1, 31);
}

function workdayNear(day: number, length: number, { year, month }: Wall): number {
  const isWorkday = (d: number) =>
    d >= 1 && d <= length && ![0, 6].includes(new Date(Date.UTC(year, month - 1, d)).getUTCDay());
  const [nearest = NaN] = [day, day - 1, day + 1, day - 2, day + 2].filter(isWorkday);
  return nearest;
}

function weekdayItem(item: string, wall: Wall): boolean {
  const length = new Date(Date.UTC(wall.year, wall.month, 0)).getUTCDate();
  const nth = /^(\w+)#(\d)$/.exec(item);
  const last = /^(\w+)L$/.exec(item);
  if (nth) return weekdayItem(nth[1] ?? '', wall) && Math.ceil(wall.day / 7) === Number(nth[2]);
  if (last) return weekdayItem(last[1] ?? '', wall) && wall.day + 7 > length;
  return (
    inItem(item, wall.weekday, 0, 6, WEEKDAYS) ||
    (wall.weekday === 0 && inItem(item, 7, 0, 7, WEEKDAYS))
  );
}

function inList(field: string, value: number, min: number, max: number, names?: string[]): boolean {
  return field.split(',').some((item) => inItem(item, value, min, max, names));
}

function inItem(item: string, value: number, min: number, max: number, names?: string[]): boolean {
  const [range = '', stepText] = item.split('/');
  const step = Number(stepText ?? 1);
  const number = (text: string) => {
    const index = names?.indexOf(text.toLowerCase()) ?? -1;
    return index < 0 ? Number(text) : index + min;
  };
  if (range === '*' || range === '?') return (value - min) % step === 0;
  const [first = '', last] = range.split('-');
  const from = number(first);
  const to = last === undefined ? (stepText === undefined ? from : max) : number(last);
  if (from <= to) return value >= from && value <= to && (value - from) % step === 0;
  const size = max - min + 1;
  const steps = (value - from + size) % size;
  return steps <= (to - from + size) % size && steps % step === 0;
}
