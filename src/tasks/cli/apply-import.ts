import type { Bulk } from './answers.js';
import { UnansweredError, type Api } from './api.js';
import { CliError, EXIT, type Exit } from './exit-codes.js';
import type { Change } from './import-plan.js';
import { importRequests } from './import-requests.js';

/** After so many requests in a row without an answer nothing is asked any more: each may take half a minute. */
const MOST_UNANSWERED = 3;

/** A change that was not made, or not known to be. */
export interface Refused {
  readonly id: string;
  readonly why: keyof typeof SAID;
  /** Whether a part of the change was made before that. */
  readonly inPart: boolean;
  readonly detail: string;
  /** What the command ends with where it is so of all. */
  readonly exit: Exit;
}

export interface Outcome {
  /** The jobs of which all was done. */
  readonly applied: readonly string[];
  readonly refused: readonly Refused[];
}

const SAID = {
  refused: 'was refused',
  unanswered: 'got no answer',
  unasked: 'was not asked for',
} as const;

/**
 * Makes changes, one request after the other. One that is refused, or gets no answer, keeps none of the others from
 * theirs; it never throws for them, as somebody has to be told what was done.
 *
 * @param reason why, for the audit
 * @param signal ends it: the rest is not asked for
 */
export async function applyImport(
  api: Pick<Api, 'post' | 'patch'>,
  changes: readonly Change[],
  reason: string | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  const headers = reason === undefined ? {} : { 'X-Reason': encodeURIComponent(reason) };
  const refused = new Map<string, Refused>();
  const begun = new Set<string>();
  let unanswered = 0;
  const note = (ids: readonly string[], not: Pick<Refused, 'why' | 'detail' | 'exit'>) => {
    for (const id of ids.filter((one) => !refused.has(one)))
      refused.set(id, { id, inPart: begun.has(id), ...not });
  };
  for (const { ids, method, path, body } of importRequests(changes)) {
    if (ids.every((id) => refused.has(id))) continue;
    if (signal.aborted || unanswered >= MOST_UNANSWERED) {
      note(ids, signal.aborted ? ENDED : NOBODY);
      continue;
    }
    try {
      const answer = await api[method]<Partial<Bulk> | undefined>(path, body, headers);
      unanswered = 0;
      for (const { id, status, detail = `status ${status}` } of answer?.items ?? [])
        if (status >= 400) note([id], { why: 'refused', detail, exit: EXIT.failed });
      ids.filter((id) => !refused.has(id)).forEach((id) => begun.add(id));
    } catch (error) {
      const isLost = error instanceof UnansweredError;
      unanswered = isLost ? unanswered + 1 : 0;
      if (signal.aborted) note(ids, { ...ENDED, why: 'unanswered' });
      else if (!(error instanceof CliError)) throw error;
      else {
        const { message: detail, exit } = error;
        note(ids, { why: isLost ? 'unanswered' : 'refused', detail, exit });
      }
    }
  }
  return {
    applied: changes.map(({ id }) => id).filter((id) => !refused.has(id)),
    refused: [...refused.values()],
  };
}

const ENDED = { why: 'unasked', detail: 'the import was ended', exit: EXIT.failed } as const;
const NOBODY = {
  why: 'unasked',
  detail: 'nobody answered any more',
  exit: EXIT.unreachable,
} as const;

export const complaintOf = ({ id, why, inPart, detail }: Refused): string =>
  `${id} ${SAID[why]}${inPart ? ' after a part of it was done' : ''}: ${detail}`;

/** Nobody answered, or the key may not do it, only where that is why of all; else they are refusals. */
export function exitAfter(refused: readonly Refused[]): Exit {
  if (refused.length === 0) return EXIT.ok;
  const [exit, ...others] = new Set(refused.map((one) => one.exit));
  const isKnown = exit === EXIT.denied || exit === EXIT.unreachable;
  return isKnown && others.length === 0 ? exit : EXIT.failed;
}
