type Counts = Readonly<Partial<Record<string, number>>>;

/** States of runs, grouped as charts show them. */
export const FAILED = ['failed', 'timed-out', 'abandoned'];
export const ENDED = ['succeeded', 'cancelled', 'skipped', ...FAILED];

export const sumOf = (counts: Counts, states: readonly string[]): number =>
  states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);

const grouped = new Intl.NumberFormat('fr-FR');

/** A number with thin spaces between thousands. */
export const count = (number: number): string => grouped.format(number);
