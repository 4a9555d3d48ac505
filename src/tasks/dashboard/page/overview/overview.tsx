import { Shell } from '../shell/shell.js';
import { TopBar } from '../shell/top-bar.js';
import { Figures } from './figures.js';
import { NextFires } from './next-fires.js';
import { NodesCard } from './nodes-card.js';
import { Outcomes } from './outcomes.js';
import { Problems } from './problems.js';
import { Running } from './running.js';

/** What runs, what will, what did not, and who leads: problems first. */
export function Overview() {
  return (
    <Shell top={<TopBar title="Overview" />}>
      <Problems />
      <Figures />
      <div className="two-columns">
        <Outcomes />
        <NextFires />
        <Running />
        <NodesCard />
      </div>
    </Shell>
  );
}
