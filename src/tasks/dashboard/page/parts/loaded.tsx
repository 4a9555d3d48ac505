import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from './button.js';
import { Note } from './note.js';

/** What has been read, or what stands in for it while it is read or cannot be. */
export function Loaded<T>({
  query,
  children,
  lines = 3,
}: {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  readonly children: (data: T) => ReactNode;
  readonly lines?: number;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <div className="body">
        <Failure error={query.error} again={() => void query.refetch()} />
      </div>
    );
  }
  return (
    <div className="body stack" aria-busy="true">
      <span className="hidden-text">Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="skeleton" />
      ))}
    </div>
  );
}

export function Failure({ error, again }: { readonly error: Error; readonly again?: () => void }) {
  return (
    <Note tone="bad" aside={again && <Button onClick={again}>Try again</Button>}>
      {error.message}
    </Note>
  );
}
