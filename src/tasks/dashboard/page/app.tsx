import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiError } from './api/client.js';
import { goLive } from './api/live.js';
import { capabilities } from './api/queries.js';
import { Failure } from './parts/loaded.js';
import { Routes } from './routes.js';
import { SignIn } from './shell/sign-in.js';

/** First who asks is found out: everything else depends on it. */
export function App() {
  const { data, error, refetch } = useQuery(capabilities());
  const known = data !== undefined;
  useEffect(() => {
    if (known) goLive();
  }, [known]);
  if (error instanceof ApiError && error.status === 401) return <SignIn why={error.message} />;
  if (error && !known) {
    return (
      <main className="sign-in">
        <Failure error={error} again={() => void refetch()} />
      </main>
    );
  }
  return known ? <Routes /> : null;
}
