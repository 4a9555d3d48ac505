import { Injectable } from '@nestjs/common';
import type { FireCounts } from '../../domain/forecast.js';
import { edgesOf } from '../../domain/series.js';
import { ClusterStore } from '../../store/cluster-store.js';
import { JobStore, MOST_PLANNED, type PlannedJob } from '../../store/job-store.js';
import { Slices } from '../../store/slices.js';
import { CountedRange } from './fire-counts.js';
import { forecastRange, type ForecastQueryDto } from './forecast.dto.js';

/** What was computed is kept of so many ranges. */
const MOST_RANGES = 4;

/** So many jobs are named in a bucket: those that fire most. */
const TOP = 10;

/** So many counts are added up in one go. */
const SLICE = 50_000;

/** What a job costs beside its counts. */
const JOB = 20;

interface Forecasted extends FireCounts {
  readonly id: string;
  readonly name: string;
}

/** How often jobs will fire, hour by hour or day by day. */
@Injectable()
export class Forecast {
  private readonly ranges = new Map<string, CountedRange>();

  constructor(
    private readonly jobs: JobStore,
    private readonly cluster: ClusterStore,
  ) {}

  async of(query: ForecastQueryDto) {
    const { by, timeZone, limit, from: _from, to: _to, ...filter } = query;
    const { from, to } = forecastRange(query, (await this.cluster.state()).now);
    const range = this.rangeOf(edgesOf(by, from, to, timeZone));
    const planned = await this.jobs.planned(filter);
    const counts = await range.of(planned);
    const jobs = await firing(planned, counts);
    const isCut = planned.length === MOST_PLANNED;
    const buckets = await bucketsOf(range.edges, jobs);
    return {
      by,
      from: range.edges[0]!,
      to: range.edges.at(-1)!,
      approximate: isCut || jobs.some(({ approximate }) => approximate),
      fires: jobs.reduce((sum, { fires }) => sum + fires, 0),
      jobs: jobs.length,
      buckets,
      items: jobs.slice(0, limit).map(({ id: jobId, name, fires, counts: each, approximate }) => ({
        jobId,
        name,
        fires,
        counts: [...each],
        approximate,
      })),
    };
  }

  private rangeOf(edges: readonly Date[]): CountedRange {
    const key = edges.map((edge) => edge.getTime()).join();
    const range = this.ranges.get(key) ?? new CountedRange(edges, this.jobs);
    // The one that was asked for last is the last to go.
    this.ranges.delete(key);
    this.ranges.set(key, range);
    const [oldest] = this.ranges.keys();
    if (this.ranges.size > MOST_RANGES) this.ranges.delete(oldest!);
    return range;
  }
}

/** Those that will fire, what fires most first. */
async function firing(
  planned: readonly PlannedJob[],
  counts: readonly FireCounts[],
): Promise<readonly Forecasted[]> {
  const slices = new Slices(SLICE);
  const jobs: Forecasted[] = [];
  for (const [nth, { id, name }] of planned.entries()) {
    const of = counts[nth]!;
    if (of.fires > 0) jobs.push({ id, name, ...of });
    await slices.did(JOB);
  }
  return jobs.sort((a, b) => b.fires - a.fires || (a.id < b.id ? -1 : 1));
}

/** @param jobs those that fire most first */
async function bucketsOf(edges: readonly Date[], jobs: readonly Forecasted[]) {
  const slices = new Slices(SLICE);
  const buckets = [];
  for (let bucket = 0; bucket < edges.length - 1; bucket++) {
    let fires = 0;
    let firing = 0;
    const top: { readonly jobId: string; readonly name: string; readonly fires: number }[] = [];
    for (const { id: jobId, name, counts } of jobs) {
      const count = counts[bucket]!;
      if (count === 0) continue;
      fires += count;
      firing++;
      if (top.length === TOP && count <= top[TOP - 1]!.fires) continue;
      const place = top.findIndex((one) => one.fires < count);
      top.splice(place < 0 ? top.length : place, 0, { jobId, name, fires: count });
      if (top.length > TOP) top.pop();
    }
    buckets.push({ from: edges[bucket]!, to: edges[bucket + 1]!, fires, jobs: firing, top });
    await slices.did(jobs.length);
  }
  return buckets;
}
