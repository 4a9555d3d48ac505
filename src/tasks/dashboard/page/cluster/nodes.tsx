import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import type { Node } from '../api/types.js';
import { Blocked } from '../parts/blocked.js';
import { Card } from '../parts/card.js';
import { Loaded } from '../parts/loaded.js';
import { Slots } from '../parts/slots.js';
import { Distance, Elapsed } from '../parts/time.js';
import { duration } from '../time/duration.js';
import { DrainNode } from './drain-node.js';
import { Link } from '../parts/link.js';

const SKEW_MS = 1_000;
const GONE_SHOWN = 10;

/** Nodes that are alive, and the last of those that were. */
export function Nodes() {
  const query = useQuery({ ...queries.nodes(), refetchInterval: 3_000 });
  const leader = useQuery(queries.state()).data?.leader?.nodeId;
  const nodes = query.data?.items ?? [];
  const alive = nodes.filter((node) => node.alive);
  const gone = nodes.filter((node) => !node.alive).slice(0, GONE_SHOWN);
  return (
    <Card title="Nodes" hint={query.data && `${alive.length} alive`}>
      <Loaded query={query} lines={4}>
        {() => (
          <>
            <div className="table-frame">
              <table className="cards">
                <thead>
                  <tr>
                    <th scope="col">Node</th>
                    <th scope="col">Does</th>
                    <th scope="col">Load</th>
                    <th scope="col">Last sign of life</th>
                    <th scope="col">Clock</th>
                    <th scope="col">Up</th>
                    <th scope="col">Version</th>
                    <th scope="col">
                      <span className="hidden-text">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {alive.map((node) => (
                    <NodeRow key={node.id} node={node} leads={node.id === leader} />
                  ))}
                </tbody>
              </table>
            </div>
            {gone.length > 0 && <Gone nodes={gone} />}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function NodeRow({ node, leads }: { readonly node: Node; readonly leads: boolean }) {
  const { id, name, roles, slots, clockOffsetMs, heartbeatAt, startedAt, version } = node;
  return (
    <tr data-node={name}>
      <td className="title">
        <Link to={`runs?node=${id}`} className="name" data-row-link>
          {name}
        </Link>{' '}
        {leads && <span className="tag leads">leader</span>}
        {node.draining && <span className="tag">draining</span>}
        <small className="mono">{id}</small>
        <Blocked node={node} />
      </td>
      <td data-label="Does">{roles.join(', ')}</td>
      <td data-label="Load">
        {slots ? <Slots used={slots.used} total={slots.total} /> : <span className="muted">–</span>}
      </td>
      <td data-label="Last sign of life">
        <Distance at={heartbeatAt} />
      </td>
      <td data-label="Clock">
        <Skew ms={clockOffsetMs} />
      </td>
      <td data-label="Up">
        <Elapsed since={startedAt} />
      </td>
      <td data-label="Version" className="mono">
        {version}
      </td>
      <td className="actions">
        <DrainNode node={node} />
      </td>
    </tr>
  );
}

function Skew({ ms }: { readonly ms: number | null }) {
  if (ms === null) return <span className="muted">–</span>;
  const words = `${duration(Math.abs(ms))} ${ms > 0 ? 'behind' : 'ahead'}`;
  return Math.abs(ms) > SKEW_MS ? <strong className="warn-words">{words}</strong> : <>{words}</>;
}

function Gone({ nodes }: { readonly nodes: readonly Node[] }) {
  return (
    <details className="data body">
      <summary>Nodes that are gone: {nodes.length}</summary>
      <ul className="list">
        {nodes.map(({ id, name, stoppedAt, heartbeatAt }) => (
          <li key={id}>
            <div className="main">
              <Link to={`runs?node=${id}`} className="name">
                {name}
              </Link>
              <small className="mono">{id}</small>
            </div>
            {stoppedAt ? 'stopped' : 'died'} <Distance at={stoppedAt ?? heartbeatAt} />
          </li>
        ))}
      </ul>
    </details>
  );
}
