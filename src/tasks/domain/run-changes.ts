import { InvalidInputError, WrongStateError } from './errors.js';
import type { Run } from './run.js';
import type { Author, Backfill, Backfilled } from './job-requests.js';

/** What can be asked of a run, and in which state: the same in every store. */

/** The id of a run or of a line, as it is given from outside. */
const ID = /^\d{1,18}$/;

export const isRunId = (id: string): boolean => ID.test(id);

/** The id after which lines are wanted. @throws InvalidInputError */
export function lineId(after: string): string {
  if (ID.test(after)) return after;
  const message = `"${after}" is not the id of a line: give that of the last line you have`;
  throw new InvalidInputError('The query', [{ pointer: '/after', message }]);
}

/** Why a run is cancelled, as its handler and its readers are told. */
export const cancelReasonOf = ({ actor, reason }: Author): string =>
  reason ?? `cancelled by ${actor ?? 'code'}`;

/** The error of a run that was cancelled before a handler could say anything. */
export const cancelledError = (why: string) => ({ name: 'CancelledError', message: why });

/** Why a run was asked to end under `cancel-previous`. */
export const MADE_ROOM = 'another run of the job takes its place';

/** The error of a run that was pending when its job was removed. */
export const REMOVED = cancelledError('the job was removed before the run had begun');

/**
 * What it takes to cancel a run: `end` it at once, `ask` its handler, or nothing, for it was cancelled
 * before.
 *
 * @throws WrongStateError
 */
export function cancelling({ id, state, cancelRequestedAt }: Run): 'end' | 'ask' | 'nothing' {
  if (state === 'pending') return 'end';
  if (state === 'running') return cancelRequestedAt === null ? 'ask' : 'nothing';
  if (state === 'cancelled') return 'nothing';
  throw new WrongStateError(
    `Run ${id} has ended as ${state}, so there is nothing to cancel. ` +
      `Only runs that are pending or running can be cancelled.`,
  );
}

/** @throws WrongStateError for a run that cannot be run again */
export function checkRetry({ id, state, coversTo }: Run): void {
  if (state === 'pending' || state === 'running') {
    throw new WrongStateError(
      `Run ${id} is ${state}: it has not ended yet. Wait for its end, or cancel it first.`,
    );
  }
  if (coversTo !== null) {
    throw new WrongStateError(
      `Run ${id} stands for a range of fire times that did not run. ` +
        `Backfill the job over that range instead.`,
    );
  }
}

/** What a cancellation has made of a run, for the audit. */
export function cancellation(before: Cancellable, after: Cancellable) {
  const part = ({ state, cancelRequestedAt }: Cancellable) => ({ state, cancelRequestedAt });
  return { before: part(before), after: part(after) };
}

/** What a request has made, for the audit: a run that there was not before. */
export const runMade = (payload?: unknown) => ({
  before: null,
  after: { state: 'pending', ...(payload !== undefined && { payload }) },
});

/** The same of a backfill. */
export const backfillMade = (ask: Backfill, { backfillId, fireTimes, skipped }: Backfilled) => ({
  ...ask,
  backfillId,
  before: null,
  after: { runs: fireTimes.length, skipped },
});

type Cancellable = Pick<Run, 'state' | 'cancelRequestedAt'>;
