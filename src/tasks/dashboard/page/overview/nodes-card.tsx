import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import type { Node } from '../api/types.js';
import { Blocked } from '../parts/blocked.js';
import { Card } from '../parts/card.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';
import { Slots } from '../parts/slots.js';

/** The processes that are alive, and the room that they have. */
export function NodesCard() {
  const query = useQuery({ ...queries.nodes(), refetchInterval: 5_000 });
  const leader = useQuery(queries.state()).data?.leader?.nodeId;
  const alive = query.data?.items.filter((node) => node.alive) ?? [];
  return (
    <Card
      title="Nodes"
      hint={query.data && `${alive.length} alive`}
      aside={<Link to="cluster">Cluster</Link>}
    >
      <Loaded query={query}>
        {() => (
          <ul className="list" data-nodes>
            {alive.map((node) => (
              <NodeRow key={node.id} node={node} leads={node.id === leader} />
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

function NodeRow({ node, leads }: { readonly node: Node; readonly leads: boolean }) {
  return (
    <li>
      <span className={node.draining || node.blockedSince ? 'dot warn' : 'dot good'} />
      <div className="main">
        <span className="name">{node.name}</span>
        <small>
          {leads && <strong>leader · </strong>}
          {node.roles.join(', ')}
          {node.draining && ' · draining'}
        </small>
        <Blocked node={node} />
      </div>
      {node.slots && <Slots used={node.slots.used} total={node.slots.total} />}
    </li>
  );
}
