import { Shell } from '../shell/shell.js';
import { TopBar } from '../shell/top-bar.js';
import { ClusterSwitch } from './cluster-switch.js';
import { LeaderCard } from './leader-card.js';
import { Nodes } from './nodes.js';
import { TasksCard } from './tasks-card.js';

/** The processes, who leads them, and what each can run. */
export function Cluster() {
  return (
    <Shell top={<TopBar title="Cluster" />}>
      <ClusterSwitch />
      <Nodes />
      <div className="two-columns even">
        <LeaderCard />
        <TasksCard />
      </div>
    </Shell>
  );
}
