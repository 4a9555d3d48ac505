import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from './button.js';
import { Failure, Loaded } from './loaded.js';

/** A list that is read page by page, and what stands above it. It stays where it could not be read anew. */
export function Pages<Item>({
  label,
  toolbar,
  query,
  more = 'Show more',
  children,
}: {
  readonly label: string;
  readonly toolbar: ReactNode;
  readonly query: UseInfiniteQueryResult<InfiniteData<{ readonly items: readonly Item[] }>>;
  /** What the button says that reads the next page. */
  readonly more?: string;
  readonly children: (items: readonly Item[]) => ReactNode;
}) {
  return (
    <>
      <section className="card" aria-label={label}>
        <div className="toolbar">{toolbar}</div>
        {query.error && query.data && (
          <div className="body">
            <Failure error={query.error} />
          </div>
        )}
        <Loaded query={query} lines={10}>
          {({ pages }) => children(pages.flatMap(({ items }) => items))}
        </Loaded>
      </section>
      {query.hasNextPage && (
        <p className="row">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {more}
          </Button>
        </p>
      )}
    </>
  );
}
