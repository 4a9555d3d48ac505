import fc from 'fast-check';

/** Specs of every kind, most of them sensible, as fast-check makes and shrinks them. */

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Asia/Kolkata',
  'Pacific/Apia',
  'America/Sao_Paulo',
];

const number = (min: number, max: number) => fc.integer({ min, max }).map(String);

function field(min: number, max: number): fc.Arbitrary<string> {
  const one = number(min, max);
  const range = fc.tuple(one, one).map(([from, to]) => `${from}-${to}`);
  const step = fc.integer({ min: 1, max: max - min + 1 });
  const item = fc.oneof(
    one,
    range,
    fc.tuple(range, step).map(([r, n]) => `${r}/${n}`),
    step.map((n) => `*/${n}`),
  );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map((l) => l.join()) },
  );
}

const dayOfMonth = fc.oneof(
  { weight: 4, arbitrary: field(1, 31) },
  fc.constantFrom('L', 'LW', 'L-3', '15W', '1W', '31W', '?', '1,L'),
);
const dayOfWeek = fc.oneof(
  { weight: 4, arbitrary: field(0, 7).map((text) => text.replace('*/8', '*/7')) },
  fc.constantFrom('FRI#2', '5L', '0#5', 'mon-fri', 'fri-mon', '+MON', 'sat,sun'),
);

export const expression: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      field(0, 59).map((text) => `${text} `),
    ),
    field(0, 59),
    field(0, 23),
    dayOfMonth,
    field(1, 12),
    dayOfWeek,
  )
  .map(([second, ...rest]) => second + rest.join(' '));

const zoned = fc.record(
  {
    timeZone: fc.constantFrom(...ZONES),
    gap: fc.constantFrom('next-valid', 'skip'),
    fold: fc.constantFrom('first', 'second', 'both'),
  },
  { requiredKeys: [] },
);

const bounds = fc.record(
  {
    startAt: fc.constantFrom('2019-12-31', '2020-02-29T12:00:00', '2021-05-05T05:05:05Z'),
    endAt: fc.constantFrom('2031-01-01', '2036-02-29T23:59:59', '2033-05-05T05:05:05.500Z'),
    exclude: fc.record(
      {
        dates: fc.uniqueArray(fc.constantFrom('2026-12-25', '2027-01-01', '2026-03-29')),
        ranges: fc.constant([{ from: '2026-07-01', to: '2026-08-15T12:00:00' }]),
        weekly: fc.constantFrom(
          [{ weekdays: ['sat', 'sun'] }],
          [{ weekdays: ['mon', 'wed'], from: '22:00', to: '06:00' }],
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const cron = fc.record({ type: fc.constant('cron'), expression });

const interval = fc.record({
  type: fc.constant('interval'),
  hours: fc.integer({ min: 0, max: 50 }),
  seconds: fc.integer({ min: 1, max: 5_000 }),
  milliseconds: fc.constantFrom(0, 0, 1, 250),
});

const date = fc.record({
  type: fc.constant('date'),
  at: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((at) => at.toISOString()),
});

const calendarInterval = fc.record({
  type: fc.constant('calendar-interval'),
  months: fc.integer({ min: 0, max: 14 }),
  days: fc.integer({ min: 1, max: 40 }),
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
});

const merged = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as object);

export const plainSpec: fc.Arbitrary<object> = fc.oneof(
  { weight: 4, arbitrary: merged(cron, zoned) },
  { weight: 2, arbitrary: merged(cron, zoned, bounds) },
  merged(interval, bounds),
  merged(date, zoned),
  merged(calendarInterval, zoned),
);

export const anySpec: fc.Arbitrary<object> = fc.letrec((tie) => ({
  spec: fc.oneof({ depthSize: 'small', withCrossShrink: true }, plainSpec, tie('combined')),
  combined: merged(
    fc.record({
      type: fc.constantFrom('and', 'or'),
      triggers: fc.array(tie('spec'), { minLength: 1, maxLength: 3 }),
    }),
    zoned,
  ),
}))['spec'] as fc.Arbitrary<object>;

export const instant: fc.Arbitrary<Date> = fc.date({
  min: new Date('2020-01-01'),
  max: new Date('2031-01-01'),
  noInvalidDate: true,
});
