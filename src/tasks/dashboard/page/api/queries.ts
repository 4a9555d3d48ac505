import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  type QueryKey,
} from '@tanstack/react-query';
import { setServerTime } from '../time/now.js';
import { ask, segment, type Query } from './client.js';
import type {
  AuditEntry,
  Capabilities,
  FireTime,
  Forecast,
  Job,
  JobHours,
  Leader,
  Node,
  Page,
  Problem,
  Run,
  SeriesItem,
  Settings,
  State,
  Stats,
  Task,
} from './types.js';

/** Everything that is read. The first part of a key says what kind of change makes it old. */
const get = <T>(queryKey: QueryKey, path: string, query: Query = {}) =>
  queryOptions({
    queryKey,
    queryFn: ({ signal }) => ask<T>('GET', path, { query, signal }),
  });

const pages = <Item>(queryKey: QueryKey, path: string, query: Query) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ signal, pageParam }) =>
      ask<Page<Item>>('GET', path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });

interface Items<Item> {
  readonly items: readonly Item[];
}

export const capabilities = () => get<Capabilities>(['capabilities'], 'capabilities');

export const state = () =>
  queryOptions({
    queryKey: ['state'],
    queryFn: async ({ signal }) => {
      const found = await ask<State>('GET', '', { signal });
      setServerTime(found.now);
      return found;
    },
  });

export const stats = () => get<Stats>(['stats'], 'stats');
export const problems = () => get<Items<Problem>>(['problems'], 'problems');
export const nodes = () => get<Items<Node>>(['nodes'], 'nodes');
export const leader = () => get<Leader>(['leader'], 'leader');
export const tasks = () => get<Items<Task>>(['tasks'], 'tasks');
export const settings = () => get<Settings>(['settings'], 'settings');

export const series = (query: Query) =>
  get<Items<SeriesItem>>(['series', query], 'stats/series', query);
export const jobHours = (query: Query) =>
  get<JobHours>(['series', 'jobs', query], 'stats/jobs', query);
export const forecast = (query: Query) => get<Forecast>(['forecast', query], 'forecast', query);

export const jobs = (query: Query) => pages<Job>(['jobs', query], 'jobs', query);
export const job = (id: string) => get<Job>(['job', id], `jobs/${segment(id)}`);
export const fireTimes = (id: string, limit = 10) =>
  get<Items<FireTime>>(['job', id, 'fire-times', limit], `jobs/${segment(id)}/fire-times`, {
    limit,
  });

export const runs = (query: Query) => pages<Run>(['runs', query], 'runs', query);
export const run = (id: string) =>
  get<Run>(['run', id], `runs/${segment(id)}`, { include: 'attempts' });

export const audit = (query: Query) => pages<AuditEntry>(['audit', query], 'audit', query);
