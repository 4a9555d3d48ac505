import { useSyncExternalStore } from 'react';
import { heardFailure, listenToFailures } from '../api/failures.js';

/** Tells of failures to those who do not see them. */
export function Announcer() {
  const words = useSyncExternalStore(listenToFailures, heardFailure);
  return (
    <div className="hidden-text" role="status" aria-live="polite">
      {words}
    </div>
  );
}
