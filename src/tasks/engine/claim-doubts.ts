import type { Log } from '../domain/log.js';
import type { ClaimQueue } from './counted-ports.js';
import type { HeldClaims } from './held-claims.js';

/**
 * DOUBTS: the ledger may have runs in this node's name that it does not hold. Nobody would work on them, and their
 * node lives. So the ledger is asked for them, and they are given back.
 *
 * What can go wrong, and why it does not:
 *
 * - The answer of a claim is lost. While a claim is on its way all is in doubt; its answer ends that, an error does not.
 * - A doubt comes while a claim or the question is on its way: it may be about what neither could see. It is
 *   remembered, and the ledger is asked once more.
 * - A run that is to be given back is held by somebody, or its job is being changed. Then fewer come back than were
 *   asked for, and the doubt stays.
 * - The question comes before the answer of a claim, and gives back what is about to begin. Whoever asks has no claim
 *   on its way, and waits for fires that claim for this node.
 */
export class ClaimDoubts {
  private raised = false;
  private times = 0;
  private asking = 0;

  constructor(
    private readonly queue: ClaimQueue,
    private readonly held: HeldClaims,
    private readonly log: Log,
  ) {}

  get isRaised(): boolean {
    return this.raised || this.held.strangers;
  }

  /** Nothing may be claimed for this node meanwhile. */
  get isAsking(): boolean {
    return this.asking > 0;
  }

  raise(): void {
    this.raised = true;
    this.times++;
  }

  /** All is in doubt until the claim has answered; what was doubted before stays so. */
  async until<T>(claim: () => Promise<T>): Promise<T> {
    const [raised, times] = [this.raised, this.times];
    this.raised = true;
    const answer = await claim();
    this.raised = raised || this.times !== times;
    return answer;
  }

  /**
   * Asks the ledger, and gives back what this node does not hold.
   *
   * @param first what claims for this node, and must have ended before
   */
  async resolve(first?: Promise<void>): Promise<void> {
    this.asking++;
    try {
      await first;
      await this.giveBack();
    } finally {
      this.asking--;
    }
  }

  private async giveBack(): Promise<void> {
    const { times } = this;
    this.held.strangers = false;
    this.raised = true;
    const unknown = (await this.queue.claimed()).filter((run) => !this.held.has(run));
    const returned = unknown.length > 0 ? await this.queue.giveBack(unknown) : 0;
    if (returned > 0)
      this.log.warn(`Requeued ${returned} runs that were claimed but not started.`, {
        event: 'runs.requeued',
        count: returned,
      });
    this.raised = returned < unknown.length || this.times !== times;
  }
}
