import { useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore, type ReactNode } from 'react';
import * as queries from '../api/queries.js';
import { useAct } from '../actions/use-act.js';
import { ask } from '../api/client.js';
import { heardFailure, listenToFailures } from '../api/failures.js';
import { useMay } from '../api/may.js';
import { Button } from '../parts/button.js';
import { Distance } from '../parts/time.js';
import { Help } from './help.js';
import { Nav } from './nav.js';
import { Toasts } from './toasts.js';
import { useShortcuts } from './shortcuts.js';

/** What stands around each page. */
export function Shell({
  top,
  children,
}: {
  readonly top: ReactNode;
  readonly children: ReactNode;
}) {
  const [menu, setMenu] = useState(false);
  const [help, setHelp] = useState(false);
  useShortcuts(() => setHelp(true));
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Nav open={menu} onClose={() => setMenu(false)} />
      <div>
        <TopFrame onMenu={() => setMenu((open) => !open)} menuOpen={menu}>
          {top}
        </TopFrame>
        <main id="content" className="content" tabIndex={-1}>
          <ClusterPaused />
          {children}
        </main>
      </div>
      <Toasts />
      <Announcer />
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}

function TopFrame({
  onMenu,
  menuOpen,
  children,
}: {
  readonly onMenu: () => void;
  readonly menuOpen: boolean;
  readonly children: ReactNode;
}) {
  return (
    <header className="top">
      <Button square className="menu-button" aria-expanded={menuOpen} onClick={onMenu}>
        <span aria-hidden>☰</span>
        <span className="hidden-text">Menu</span>
      </Button>
      {children}
    </header>
  );
}

/** Nothing runs while the cluster is paused, so every page says so. */
function ClusterPaused() {
  const { data } = useQuery(queries.state());
  const operator = useMay('operator');
  const { act, busy } = useAct();
  if (!data?.paused) return null;
  const resume = () => act(() => ask('POST', 'resume', { body: {} }), 'The cluster is resumed.');
  return (
    <div className="paused-strip" role="status">
      <strong>The cluster is paused: nothing fires and nothing starts.</strong>
      <span>
        {data.pauseReason && <>“{data.pauseReason}” </>}
        {data.pausedSince && <Distance at={data.pausedSince} />}
      </span>
      {operator && (
        <Button disabled={busy} onClick={() => void resume()}>
          Resume the cluster
        </Button>
      )}
    </div>
  );
}

/** Tells of failures to those who do not see them. */
function Announcer() {
  const words = useSyncExternalStore(listenToFailures, heardFailure);
  return (
    <div className="hidden-text" role="status" aria-live="polite">
      {words}
    </div>
  );
}
