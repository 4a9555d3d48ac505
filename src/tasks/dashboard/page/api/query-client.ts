import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.js';

/** What is tried again by itself: an answer that another try can change. */
function isPassing(error: Error): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 502);
}

/** What has been read, kept until an event says that it has changed. */
export const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (times, error) => isPassing(error) && times < 2,
      retryDelay: 500,
      refetchOnWindowFocus: false,
    },
  },
});
