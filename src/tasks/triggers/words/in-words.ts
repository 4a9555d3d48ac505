/** Lists, as a reader says them: `1`, `1 and 2`, `1, 2 and 3`. */
export function listed(words: readonly (string | number)[], last: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

export function ordinal(n: number): string {
  const teens = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teens ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}

export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** 0 is Sunday. */
export const WEEKDAY_NAMES = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** The step of numbers that run evenly from the first to the end of a field, else null. */
export function stepOf(values: readonly number[], size: number): number | null {
  const [first = 0, second] = values;
  if (second === undefined) return null;
  const step = second - first;
  const isEven = values.every((value, i) => value === first + i * step);
  return isEven && (values.at(-1) ?? 0) + step >= size ? step : null;
}

/** First and last of numbers that follow each other, also over the end of a field, else null. */
export function seriesOf(
  values: readonly number[],
  size: number,
): { readonly first: number; readonly last: number } | null {
  if (values.length < 3 || values.length >= size) return null;
  const has = new Set(values);
  const starts = values.filter((value) => !has.has((value - 1 + size) % size));
  const [first] = starts;
  if (first === undefined || starts.length > 1) return null;
  return { first, last: (first + values.length - 1) % size };
}
