import type { Answer } from '../../../http/answer.js';
import type {
  auditSchema,
  leaderSchema,
  nodeSchema,
  stateSchema,
  statsSchema,
  taskSchema,
} from '../../../http/cluster/cluster.dto.js';
import type { fireTimeSchema, previewedSchema } from '../../../http/jobs/fire-times.dto.js';
import type { backfilledSchema } from '../../../http/jobs/job-action.dto.js';
import type { bulkAnswerSchema } from '../../../http/jobs/bulk.dto.js';
import type { jobSchema } from '../../../http/jobs/job.dto.js';
import type { forecastSchema } from '../../../http/jobs/forecast.dto.js';
import type { ApiRole } from '../../../http/index.js';
import type { capabilitiesSchema } from '../../../http/cluster/capabilities.controller.js';
import type { problemSchema } from '../../../http/cluster/problems.controller.js';
import type { jobHoursSchema, seriesSchema } from '../../../http/cluster/series.dto.js';
import type { settingsSchema } from '../../../http/cluster/settings.controller.js';
import type { briefRunSchema, lineSchema, runSchema } from '../../../http/runs/run.dto.js';

export type AuditEntry = Answer<typeof auditSchema>;
export type Backfilled = Answer<typeof backfilledSchema>;
export type BulkAnswer = Answer<typeof bulkAnswerSchema>;
export type FireTime = Answer<typeof fireTimeSchema>;
export type Line = Answer<typeof lineSchema>;
export type Previewed = Answer<typeof previewedSchema>;
export type State = Answer<typeof stateSchema>;
export type Task = Answer<typeof taskSchema>;

export type Job = Answer<typeof jobSchema>;
export type Run = Answer<typeof runSchema>;
export type BriefRun = Answer<typeof briefRunSchema>;
export type Stats = Answer<typeof statsSchema>;
export type SeriesItem = Answer<typeof seriesSchema>['items'][number];
export type JobHours = Answer<typeof jobHoursSchema>;
export type Forecast = Answer<typeof forecastSchema>;
export type Node = Answer<typeof nodeSchema>;
export type Leader = Answer<typeof leaderSchema>;
export type Problem = Answer<typeof problemSchema>;
export type Settings = Answer<typeof settingsSchema>;
export type Capabilities = Answer<typeof capabilitiesSchema>;
export type Role = ApiRole;

/** A list, and where it goes on. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  /** How many there are in all, where that is asked for; not exact: so many and more. */
  readonly total?: { readonly count: number; readonly exact: boolean };
}
