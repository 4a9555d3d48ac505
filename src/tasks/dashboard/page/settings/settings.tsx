import { useQuery } from '@tanstack/react-query';
import { API, ask } from '../api/client.js';
import * as queries from '../api/queries.js';
import { client } from '../api/query-client.js';
import { Button } from '../parts/button.js';
import { Card } from '../parts/card.js';
import { Loaded } from '../parts/loaded.js';
import { KeyList } from '../shell/help.js';
import { Shell } from '../shell/shell.js';
import { TopBar } from '../shell/top-bar.js';
import { Choices } from './choices.js';

/** How the page looks to whoever looks, what this node was told, and help. */
export function SettingsPage() {
  return (
    <Shell top={<TopBar title="Settings" />}>
      <div className="two-columns even">
        <Card title="This browser" hint="kept here alone">
          <Choices />
        </Card>
        <Who />
        <NodeSettings />
        <Card title="Keys">
          <div className="body">
            <KeyList />
          </div>
        </Card>
      </div>
    </Shell>
  );
}

function Who() {
  const { data } = useQuery(queries.capabilities());
  if (!data) return null;
  const { name, role, via } = data.caller;
  const signOut = async () => {
    await ask('DELETE', 'session');
    await client.resetQueries();
  };
  return (
    <Card
      title="You"
      aside={via === 'session' && <Button onClick={() => void signOut()}>Sign out</Button>}
    >
      <dl className="facts body">
        <div className="key">
          <dt>Name</dt>
          <dd>{name}</dd>
        </div>
        <div className="key">
          <dt>Role</dt>
          <dd>
            {role}: {MAY[role]}
          </dd>
        </div>
        <div className="key">
          <dt>Version</dt>
          <dd>Carillon in an application of version {data.version}</dd>
        </div>
        <div className="key">
          <dt>API</dt>
          <dd>
            <a href={new URL('docs', API).href}>documentation</a>,{' '}
            <a href={new URL('openapi.json', API).href}>openapi.json</a>
          </dd>
        </div>
      </dl>
    </Card>
  );
}

const MAY = {
  viewer: 'may look at everything',
  operator: 'may also run, cancel, pause and resume',
  admin: 'may also make, change and remove jobs, and drain nodes',
} as const;

/** What this node was started with. */
function NodeSettings() {
  const query = useQuery(queries.settings());
  return (
    <Card title="This node" hint={query.data?.node.name}>
      <Loaded query={query} lines={8}>
        {({ settings }) => (
          <dl className="facts body">
            {Object.entries(settings).map(([name, value]) => (
              <div key={name} className="key">
                <dt className="mono">{name}</dt>
                <dd className="mono">{value === null ? '–' : JSON.stringify(value)}</dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
    </Card>
  );
}
