/** What somebody who is not interested in the reason hears. */
const SET = 'over';

/**
 * Something that happens once. Its signal is made when somebody asks for it: of the many runs that end at once, each
 * has several of these, and nobody ever looks at most of them.
 */
export class Latch {
  isSet = false;
  reason: unknown = undefined;
  private controller: AbortController | null = null;

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.isSet) this.controller.abort(this.reason);
    return this.controller.signal;
  }

  /** @param reason of the signal. The first one counts */
  set(reason: unknown = SET): void {
    if (this.isSet) return;
    this.isSet = true;
    this.reason = reason;
    // One without a reason would make an error, with a stack, each time.
    this.controller?.abort(reason);
  }
}
