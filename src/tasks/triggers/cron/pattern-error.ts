/** A pattern that cannot be read. `part` is the offending text, `field` the one it stands in. */
export class PatternError extends Error {
  constructor(
    readonly field: string,
    part: string,
    reason: string,
  ) {
    super(`${field} "${part.slice(0, 40)}" ${reason}`);
    this.name = 'PatternError';
  }
}
