import { useState, type ReactNode } from 'react';
import { client } from '../api/query-client.js';
import { failed, toast } from '../shell/toasts.js';

/** Does something once at a time, says that it is done or why not, and reads anew what it changed. */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const act = async <T>(
    action: () => Promise<T>,
    done: ReactNode | ((answer: T) => ReactNode),
  ): Promise<T | undefined> => {
    setBusy(true);
    try {
      const answer = await action();
      toast('good', typeof done === 'function' ? done(answer) : done);
      return answer;
    } catch (error) {
      failed(error as Error);
      return undefined;
    } finally {
      setBusy(false);
      void client.invalidateQueries();
    }
  };
  return { act, busy };
}
