import { useQuery } from '@tanstack/react-query';
import {
  Activity,
  Bell,
  Calendar,
  FileText,
  LayoutDashboard,
  List,
  Network,
  SlidersHorizontal,
} from 'lucide-react';
import * as queries from '../api/queries.js';
import { Link } from '../parts/link.js';
import { roughly } from '../time/duration.js';
import { useNow } from '../time/now.js';
import { usePath } from './router.js';

const PAGES = [
  ['', 'Overview', LayoutDashboard],
  ['jobs', 'Jobs', List],
  ['runs', 'Runs', Activity],
  ['schedule', 'Schedule', Calendar],
  ['cluster', 'Cluster', Network],
  ['audit', 'Audit', FileText],
  ['settings', 'Settings', SlidersHorizontal],
] as const;

export function Nav({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const [here = ''] = usePath();
  return (
    <aside className="side" data-open={open || undefined}>
      <Link to="" className="brand" onClick={onClose}>
        <Bell size={17} aria-hidden /> Carillon
      </Link>
      <nav aria-label="Pages">
        <ul>
          {PAGES.map(([path, name, Icon]) => (
            <li key={path}>
              <Link to={path} aria-current={path === here ? 'page' : undefined} onClick={onClose}>
                <Icon size={16} aria-hidden />
                {name}
                {path === '' && <ProblemCount />}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Leading />
    </aside>
  );
}

function ProblemCount() {
  const { data } = useQuery(queries.problems());
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  const worst = items.some(({ severity }) => severity === 'error') ? '' : ' warning';
  return (
    <span className={`count${worst}`}>
      {items.length}
      <span className="hidden-text"> {items.length === 1 ? 'problem' : 'problems'}</span>
    </span>
  );
}

/** Who leads, on every page: the first thing to know when something is wrong. */
function Leading() {
  const { data } = useQuery({ ...queries.state(), refetchInterval: 10_000 });
  const now = useNow();
  if (!data) return <footer />;
  const { leader, nodes, version } = data;
  const alive = `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'} · v${version}`;
  return (
    <footer>
      {leader ? (
        <>
          <span>
            <span className="dot good" /> <strong>{leader.nodeName ?? leader.nodeId}</strong> leads
          </span>
          <span>
            {leader.acquiredAt && `for ${roughly(now - Date.parse(leader.acquiredAt))} · `}
            token {leader.fencingToken}
          </span>
        </>
      ) : (
        <span>
          <span className="dot bad" /> <strong>Nobody leads</strong>
        </span>
      )}
      <span>{alive}</span>
    </footer>
  );
}
