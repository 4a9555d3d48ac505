import type { z } from 'zod';
import type {
  auditSchema,
  leaderSchema,
  nodeSchema,
  stateSchema,
  statsSchema,
  taskSchema,
} from '../../../http/cluster/cluster.dto.js';
import type {
  fireTimeSchema,
  outlookItemSchema,
  previewedSchema,
} from '../../../http/jobs/fire-times.dto.js';
import type { backfilledSchema } from '../../../http/jobs/job-action.dto.js';
import type { bulkAnswerSchema } from '../../../http/jobs/bulk.dto.js';
import type { JobJson } from '../../../http/jobs/job.dto.js';
import type { lineSchema, RunJson } from '../../../http/runs/run.dto.js';

/** What the server says, as JSON carries it: its dates arrive as text. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

type Answer<Schema extends z.ZodType> = Wire<z.output<Schema>>;

export type AuditEntry = Answer<typeof auditSchema>;
export type Backfilled = Answer<typeof backfilledSchema>;
export type BulkAnswer = Answer<typeof bulkAnswerSchema>;
export type FireTime = Answer<typeof fireTimeSchema>;
export type Line = Answer<typeof lineSchema>;
export type Previewed = Answer<typeof previewedSchema>;
export type State = Answer<typeof stateSchema>;
export type Task = Answer<typeof taskSchema>;
export type Upcoming = Answer<typeof outlookItemSchema>;

export type Job = Wire<JobJson> & {
  readonly description?: string;
  readonly stats?: JobStats;
  readonly failures?: { readonly inARow: number; readonly since: string } | null;
};
export type Run = Wire<RunJson> & { readonly asked?: Asked | null };
export type BriefRun = NonNullable<Job['lastRuns']>[number];
export type RunState = Run['state'];

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  readonly total?: { readonly count: number; readonly exact: boolean };
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

type Counts = Readonly<Partial<Record<string, number>>>;

interface JobStats {
  readonly since: string;
  readonly runs: Counts;
  readonly durationMs: Percentiles | null;
  readonly lagMs: Percentiles | null;
}

interface Asked {
  readonly by: string;
  readonly at: string;
  readonly reason: string | null;
}

export type Stats = Answer<typeof statsSchema> & {
  readonly lagMs?: Percentiles | null;
  readonly durationMs?: Percentiles | null;
};

export interface Problem {
  readonly kind: string;
  readonly severity: 'error' | 'warning';
  readonly since: string | null;
  readonly message: string;
  readonly remedy: string;
  readonly count: number;
  readonly jobs: readonly { readonly id: string; readonly name: string }[];
  readonly nodes: readonly { readonly id: string; readonly name: string }[];
  readonly link: string;
}

export interface SeriesItem {
  readonly from: string;
  readonly to: string;
  readonly runs: Counts;
  readonly lagMs: Percentiles | null;
  readonly durationMs: Percentiles | null;
}

export interface Forecast {
  readonly from: string;
  readonly to: string;
  readonly approximate: boolean;
  readonly fires: number;
  readonly jobs: number;
  readonly buckets: readonly {
    readonly from: string;
    readonly to: string;
    readonly fires: number;
    readonly jobs: number;
    readonly top: readonly {
      readonly jobId: string;
      readonly name: string;
      readonly fires: number;
    }[];
  }[];
  readonly items: readonly {
    readonly jobId: string;
    readonly name: string;
    readonly fires: number;
    readonly counts: readonly number[];
    readonly approximate: boolean;
  }[];
}

export type Node = Answer<typeof nodeSchema> & {
  readonly slots?: { readonly total: number; readonly used: number; readonly free: number } | null;
  readonly clockOffsetMs?: number | null;
  readonly beatAgeMs?: number;
};

export type Leader = Answer<typeof leaderSchema> & {
  readonly leaseMs?: number;
  readonly hinted?: boolean;
  readonly generation?: number;
  readonly generationAt?: string;
};

export interface Settings {
  readonly node: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly roles: readonly string[];
    readonly mode: string | null;
  };
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Capabilities {
  readonly caller: { readonly name: string; readonly role: Role; readonly via: string };
  readonly may: Readonly<Record<Role, boolean>>;
  readonly version: string;
  readonly limits: { readonly page: number; readonly bulk: number };
}
export type Role = 'viewer' | 'operator' | 'admin';
