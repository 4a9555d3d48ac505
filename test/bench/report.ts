/** How a benchmark is asked for: `npm run bench -- runs --quick --json`. */
export interface BenchOptions {
  /** Smaller numbers and fewer rounds: to see that it works, not to be quoted. */
  readonly quick: boolean;
  /** `json`: one object a line, and nothing else on standard output. */
  readonly format: 'text' | 'json' | 'markdown';
}

/** What was measured of one thing, once in each round. */
export interface Figure {
  /** What was measured: a case, or one of several that are compared. */
  readonly name: string;
  /** Which of its qualities. */
  readonly figure: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** What the median must keep; null: nothing is promised. */
  readonly budget?: Budget | null;
}

/** A bound from below for what shall be much, from above for what shall be little. */
export type Budget = { readonly atLeast: number } | { readonly atMost: number };

const FLAGS = ['--json', '--markdown', '--quick'];

/** @returns the names of the benchmarks, and how they are asked for. @throws Error naming an unknown option */
export function parseArguments(given: readonly string[]): {
  readonly names: readonly string[];
  readonly options: BenchOptions;
} {
  const flags = given.filter((argument) => argument.startsWith('-'));
  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown) throw new Error(`There is no option "${unknown}": use ${FLAGS.join(', ')}.`);
  const json = flags.includes('--json');
  const format = json ? 'json' : flags.includes('--markdown') ? 'markdown' : 'text';
  return {
    names: given.filter((argument) => !argument.startsWith('-')),
    options: { quick: flags.includes('--quick'), format },
  };
}

/** The one place that prints figures: for people, for a document, or for a program. */
export class Report {
  private readonly figures: Figure[] = [];

  constructor(private readonly options: BenchOptions) {}

  /** What must be known to read the figures. */
  say(sentence: string): void {
    if (this.options.format === 'json') console.error(sentence);
    else console.log(this.options.format === 'markdown' ? `${sentence}\n` : sentence);
  }

  add(figure: Figure): void {
    this.figures.push(figure);
  }

  /** Prints all. @returns whether every budget is kept */
  end(): boolean {
    if (this.options.format === 'json') this.figures.forEach((each) => console.log(line(each)));
    else if (this.options.format === 'markdown') this.tables();
    else this.figures.forEach((each) => console.log(text(each)));
    return this.figures.every(isKept);
  }

  /** A row for each name, a column for each figure. */
  private tables(): void {
    const titles = new Map(this.figures.map((each) => [title(each), each]));
    const names = new Set(this.figures.map(({ name }) => name));
    console.log(`| | ${[...titles.keys()].join(' | ')} |`);
    console.log(`| --- |${' ---: |'.repeat(titles.size)}`);
    for (const name of names) {
      const cells = [...titles.keys()].map((column) => {
        const found = this.figures.find((each) => each.name === name && title(each) === column);
        return found ? cell(found) : '';
      });
      console.log(`| ${name} | ${cells.join(' | ')} |`);
    }
  }
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [(sorted.length - 1) >> 1, sorted.length >> 1];
  return (sorted[low]! + sorted[high]!) / 2;
}

function isKept({ values, budget }: Figure): boolean {
  if (!budget) return true;
  return 'atLeast' in budget ? median(values) >= budget.atLeast : median(values) <= budget.atMost;
}

const title = ({ figure, unit }: Figure) => `${figure}, ${unit}`;

/** As many digits as mean something. */
function shown(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function spread({ values }: Figure): string {
  if (values.length < 2) return '';
  return ` (${shown(Math.min(...values))} to ${shown(Math.max(...values))})`;
}

const cell = (each: Figure) =>
  `${shown(median(each.values))}${spread(each)}${isKept(each) ? '' : ' NOT KEPT'}`;

function text(each: Figure): string {
  const { name, budget } = each;
  const bound = budget && ('atLeast' in budget ? budget.atLeast : budget.atMost);
  const against = bound === undefined || bound === null ? '' : `  budget ${shown(bound)}`;
  const value = shown(median(each.values)).padStart(9);
  const verdict = isKept(each) ? '' : ' NOT KEPT';
  return `${name.padEnd(24)} ${title(each).padEnd(38)} ${value}${spread(each)}${against}${verdict}`;
}

function line(each: Figure): string {
  const { name, figure, unit, values, budget } = each;
  return JSON.stringify({
    name,
    figure,
    unit,
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    rounds: values.length,
    budget: budget ? ('atLeast' in budget ? budget.atLeast : budget.atMost) : null,
    kept: isKept(each),
  });
}
