import { weekdaysInWords } from './describe-days.js';
import type { ExcludeSpec } from '../exclude-spec.js';
import { WEEKDAYS } from '../cron/field-shape.js';
import type { TriggerSpec } from '../trigger-spec.js';

/** `from 2026-01-01 until 2026-12-31`; empty: no bounds. */
export function describeBounds({ startAt, endAt }: TriggerSpec): string {
  const from = startAt === undefined ? '' : `from ${startAt}`;
  const until = endAt === undefined ? '' : `until ${endAt}`;
  return [from, until].filter((part) => part !== '').join(' ');
}

/** `except on Saturday and Sunday and on 3 dates`; empty: nothing is excluded. */
export function describeExclude(exclude: ExcludeSpec | undefined): string {
  const { dates = [], ranges = [], weekly = [] } = exclude ?? {};
  const parts = [
    ...weekly.map(({ weekdays, from = '00:00', to = '24:00' }) => {
      const days = weekdaysInWords(weekdays.map((day) => WEEKDAYS.indexOf(day)));
      return from === '00:00' && to === '24:00' ? days : `${days} from ${from} to ${to}`;
    }),
    ...(dates.length > 0
      ? [dates.length < 4 ? `on ${dates.join(', ')}` : `on ${dates.length} dates`]
      : []),
    ...ranges.slice(0, 3).map(({ from, to }) => `from ${from} to ${to}`),
    ...(ranges.length > 3 ? [`in ${ranges.length - 3} other ranges`] : []),
  ];
  return parts.length > 0 ? `except ${parts.join(' and ')}` : '';
}
