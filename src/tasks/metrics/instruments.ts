import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { METRICS, type MetricInfo, type MetricName } from './metric-list.js';

export type Labels = Readonly<Record<string, string>>;

/** All metrics of the list, as prom-client has them. */
export class Instruments {
  private readonly all = new Map<MetricName, Counter | Gauge | Histogram>();

  constructor(
    readonly registry: Registry,
    prefix: string,
  ) {
    for (const [name, info] of Object.entries(METRICS) as [MetricName, MetricInfo][]) {
      const common = { name: prefix + name, help: info.help, labelNames: [...info.labels] };
      this.all.set(name, made(info, { ...common, registers: [registry] }));
    }
  }

  /** Counts up; by 0 only the series is there. */
  count(name: MetricName, labels: Labels = {}, by = 1): void {
    (this.all.get(name) as Counter).inc(labels, by);
  }

  observe(name: MetricName, seconds: number, labels: Labels = {}): void {
    (this.all.get(name) as Histogram).observe(labels, seconds);
  }

  /** @param value null: there is none, and so no series */
  set(name: MetricName, value: number | null, labels: Labels = {}): void {
    const instrument = this.all.get(name) as Gauge;
    if (value === null) instrument.remove(labels);
    else instrument.set(labels, value);
  }

  /** Forgets all series of a gauge. */
  clear(name: MetricName): void {
    this.all.get(name)!.reset();
  }
}

function made(
  info: MetricInfo,
  common: { name: string; help: string; labelNames: string[]; registers: Registry[] },
): Counter | Gauge | Histogram {
  if (info.type === 'counter') return new Counter(common);
  if (info.type === 'gauge') return new Gauge(common);
  return new Histogram({ ...common, buckets: [...(info.buckets ?? [])] });
}
