import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { useNodeNames } from '../api/node-names.js';
import { Card } from '../parts/card.js';
import { Empty } from '../parts/empty.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';

/** What can be run, and where. */
export function TasksCard() {
  const query = useQuery(queries.tasks());
  const nodeName = useNodeNames();
  return (
    <Card title="Tasks" hint="the code that live nodes can run">
      <Loaded query={query} lines={5}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No live node has a task" />
          ) : (
            <ul className="list">
              {items.map(({ name, nodes, scope, schema }) => (
                <li key={`${scope} ${name}`}>
                  <div className="main">
                    <Link to={`jobs?task=${encodeURIComponent(name)}`} className="name">
                      {name}
                    </Link>
                    <small>
                      {nodes.map(nodeName).join(', ')}
                      {scope === 'node' && ' · a timer of each process'}
                    </small>
                  </div>
                  {schema !== null && <span className="tag">takes a payload</span>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}
