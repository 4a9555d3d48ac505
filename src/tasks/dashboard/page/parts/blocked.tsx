import type { Node } from '../api/types.js';
import { duration } from '../time/duration.js';
import { Elapsed } from './time.js';

/** So late an event loop may come round without a word. */
const LATE_MS = 200;

/** What keeps a node from its work, if anything does. */
export function Blocked({ node: { blockedSince, blockedBy, loopLagMs } }: { readonly node: Node }) {
  if (blockedSince) {
    return (
      <strong className="warn-words">
        event loop blocked for <Elapsed since={blockedSince} />
        {blockedBy && ` by ${blockedBy}`}
      </strong>
    );
  }
  if (loopLagMs === null || loopLagMs < LATE_MS) return null;
  return <span className="warn-words">event loop up to {duration(loopLagMs)} late</span>;
}
