import { Bell } from 'lucide-react';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { goLive } from '../api/live.js';
import { client } from '../api/query-client.js';
import { Button } from '../parts/button.js';
import { Field } from '../parts/field.js';
import { Note } from '../parts/note.js';

/** Asks for a key, once: a cookie stands for it from then on. */
export function SignIn({ why }: { readonly why: string }) {
  const [key, setKey] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const signIn = async () => {
    try {
      await ask('POST', 'session', { body: { key: key.trim() } });
      await client.resetQueries();
      goLive();
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  return (
    <main className="sign-in">
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <header>
          <Bell size={17} aria-hidden />
          <h1>Sign in to Carillon</h1>
        </header>
        <div className="body stack">
          <Note>{why}</Note>
          <Field label="API key" wrong={wrong}>
            {(wiring) => (
              <input
                {...wiring}
                type="password"
                autoComplete="current-password"
                required
                autoFocus
                value={key}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </Field>
          <Button kind="primary" type="submit" disabled={key.trim() === ''}>
            Sign in
          </Button>
        </div>
      </form>
    </main>
  );
}
