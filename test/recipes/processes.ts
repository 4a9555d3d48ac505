// recipe
import { TasksModule, type Role } from 'carillon';

/** What a process does, by what it is started as. */
const ROLES: Readonly<Record<string, Role[]>> = {
  web: ['scheduler', 'api'],
  worker: ['scheduler', 'worker'],
};

export function rolesOf(kind: string): Role[] {
  const roles = ROLES[kind];
  if (roles === undefined) throw new Error(`PROCESS is "${kind}": it must be web or worker.`);
  return roles;
}

export const tasksModule = () =>
  TasksModule.forRootAsync({
    useFactory: () => ({
      databaseUrl: process.env['DATABASE_URL']!,
      roles: rolesOf(process.env['PROCESS'] ?? 'web'),
    }),
  });
// end
