import { Audit } from './audit/audit.js';
import { Cluster } from './cluster/cluster.js';
import { EditJob, NewJob } from './edit/edit-job.js';
import { JobPage } from './job/job.js';
import { Jobs } from './jobs/jobs.js';
import { Overview } from './overview/overview.js';
import { Empty } from './parts/empty.js';
import { Link } from './parts/link.js';
import { RunPage } from './run/run.js';
import { Runs } from './runs/runs.js';
import { Schedule } from './schedule/schedule.js';
import { SettingsPage } from './settings/settings.js';
import { usePath } from './shell/router.js';
import { Shell } from './shell/shell.js';
import { TopBar } from './shell/top-bar.js';

/** Which page an address shows. */
export function Routes() {
  const [first = '', second, third] = usePath();
  if (first === 'jobs') {
    if (second === undefined) return <Jobs />;
    return third === 'edit' ? <EditJob key={second} id={second} /> : <JobPage id={second} />;
  }
  if (first === 'runs') return second === undefined ? <Runs /> : <RunPage id={second} />;
  switch (first) {
    case '':
      return <Overview />;
    case 'new-job':
      return <NewJob />;
    case 'schedule':
      return <Schedule />;
    case 'cluster':
      return <Cluster />;
    case 'audit':
      return <Audit />;
    case 'settings':
      return <SettingsPage />;
    default:
      return <NotFound />;
  }
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
