import { Jobs } from './jobs/jobs.js';
import { Overview } from './overview/overview.js';
import { Empty } from './parts/empty.js';
import { Link } from './parts/link.js';
import { usePath } from './shell/router.js';
import { Shell } from './shell/shell.js';
import { TopBar } from './shell/top-bar.js';

/** Which page an address shows. */
export function Routes() {
  const [first = '', second] = usePath();
  if (first === '') return <Overview />;
  if (first === 'jobs' && second === undefined) return <Jobs />;
  return <NotFound />;
}

function NotFound() {
  return (
    <Shell top={<TopBar title="Not found" />}>
      <Empty title="There is no page at this address">
        <Link to="">Go to the overview</Link>
      </Empty>
    </Shell>
  );
}
