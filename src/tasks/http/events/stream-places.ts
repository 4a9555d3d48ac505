import { ProblemException } from '../protocol/problem.js';

/** So many clients listen to one node at most. */
export const MAX_STREAMS = 1_000;

/** So many of them are of one caller: nobody takes the places of the others. */
export const MAX_STREAMS_OF_CALLER = 100;

const RETRY_AFTER = { 'Retry-After': '15' };

/**
 * The places of those who listen. One is taken before anything is waited for, so two never get the last
 * one, and it is given back once, however often that is asked for.
 */
export class StreamPlaces {
  private readonly taken = new Map<string, number>();
  private all = 0;

  /**
   * @returns gives the place back
   * @throws ProblemException when there is none, or the caller has enough of them
   */
  take(caller: string): () => void {
    const own = this.taken.get(caller) ?? 0;
    if (own >= MAX_STREAMS_OF_CALLER) {
      throw refused(429, `You listen ${own} times already. End one of your streams first.`);
    }
    if (this.all >= MAX_STREAMS) {
      throw refused(503, 'Too many clients listen to this node. Ask for what you need.');
    }
    this.taken.set(caller, own + 1);
    this.all++;
    let isTaken = true;
    return () => {
      if (isTaken) this.giveBack(caller);
      isTaken = false;
    };
  }

  private giveBack(caller: string): void {
    const own = this.taken.get(caller) ?? 0;
    if (own > 1) this.taken.set(caller, own - 1);
    else this.taken.delete(caller);
    this.all--;
  }
}

const refused = (status: number, detail: string) =>
  new ProblemException(status, 'too-many-streams', detail, {}, RETRY_AFTER);
