import { CliError, EXIT } from './exit-codes.js';

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What the user gave: the words after the command, and its options. */
export class Given {
  constructor(
    private readonly words: Readonly<Record<string, string>>,
    private readonly values: Values,
  ) {}

  /** @throws Error for one that is optional: ask with `optional` */
  word(name: string): string {
    return this.words[name]!;
  }

  optional(name: string): string | undefined {
    return this.words[name];
  }

  text(option: string): string | undefined {
    return this.values[option] as string | undefined;
  }

  list(option: string): readonly string[] {
    return (this.values[option] ?? []) as string[];
  }

  flag(option: string): boolean {
    return this.values[option] === true;
  }

  /** @throws CliError that names the option */
  count(option: string, most: number): number | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= 1 && count <= most) return count;
    throw new CliError(EXIT.usage, `--${option} must be a whole number from 1 to ${most}.`);
  }

  /** @throws CliError that names the option */
  parsed(option: string): unknown {
    const text = this.text(option);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new CliError(EXIT.usage, `--${option} is no JSON. Put it in quotes: '{"team": 7}'.`);
    }
  }
}
