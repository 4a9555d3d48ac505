/**
 * The values that one field of a pattern allows, such as the minutes 0, 15, 30 and 45. Asked for
 * the next or the previous one, it answers from a table.
 */
export class FieldSet {
  readonly first: number;
  readonly last: number;
  /** How many values there are; at least one. */
  readonly size: number;
  private readonly up: Int8Array;
  private readonly down: Int8Array;
  private readonly below: Uint8Array;

  constructor(values: Iterable<number>, max: number) {
    const allowed = new Set(values);
    this.size = allowed.size;
    this.up = new Int8Array(max + 2).fill(NONE);
    this.down = new Int8Array(max + 1).fill(NONE);
    this.below = new Uint8Array(max + 2);
    for (let v = max; v >= 0; v--) this.up[v] = allowed.has(v) ? v : this.up[v + 1]!;
    for (let v = 0; v <= max; v++) {
      this.down[v] = allowed.has(v) ? v : (this.down[v - 1] ?? NONE);
      this.below[v + 1] = this.below[v]! + (allowed.has(v) ? 1 : 0);
    }
    this.first = this.up[0]!;
    this.last = this.down[max]!;
  }

  /** All of them, in order. */
  get values(): number[] {
    const values: number[] = [];
    for (let value = this.first; value !== NONE; value = this.next(value + 1)) values.push(value);
    return values;
  }

  has(value: number): boolean {
    return this.up[value] === value;
  }

  /** The smallest value that is not below `value`, or `NONE`. */
  next(value: number): number {
    return this.up[value] ?? NONE;
  }

  /** The largest value that is not above `value`, or `NONE`. */
  previous(value: number): number {
    return value < 0 ? NONE : (this.down[value] ?? NONE);
  }

  /** How many values are below `value`. */
  rank(value: number): number {
    return this.below[value] ?? this.size;
  }
}

export const NONE = -1;
