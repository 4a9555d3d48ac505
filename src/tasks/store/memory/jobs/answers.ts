import { IdempotencyConflictError } from '../../../domain/errors.js';

/** What was answered to requests that bear a key, so that each is done once. */
export class MemoryAnswers {
  private readonly known = new Map<string, { readonly request: string; readonly answer: string }>();

  /** @param most how many keys are remembered, the latest */
  constructor(private readonly most: number) {}

  /**
   * Does what is asked for, or tells what came of it when it was asked for with this key before.
   *
   * @param scope within which a key stands for one request
   * @throws IdempotencyConflictError
   */
  once(scope: string, key: string, asked: object, act: () => string): string {
    const name = JSON.stringify([scope, key]);
    const request = JSON.stringify(asked);
    const known = this.known.get(name);
    if (known && known.request !== request) throw new IdempotencyConflictError(key);
    const answer = known?.answer ?? act();
    this.known.set(name, { request, answer });
    const [oldest] = this.known.keys();
    if (this.known.size > this.most && oldest !== undefined) this.known.delete(oldest);
    return answer;
  }
}
