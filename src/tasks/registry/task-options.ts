import { z } from 'zod';
import type { RunAtStart } from './schedule.decorator.js';
import { jobPolicySchema, newJobSchema } from '../domain/job.js';

/** How a declared job behaves: its policies and its tags. */
export const taskOptionsSchema = jobPolicySchema.extend({ tags: newJobSchema.shape.tags });

/**
 * How a timer of scope `node` behaves. It keeps no plan and no ledger, so most policies of a job have
 * no meaning for it.
 */
export const nodeTaskOptionsSchema = z.strictObject({
  /** The method is called on every node with the role `worker`, by a timer of each process. */
  scope: z.literal('node'),
  /** What becomes of a fire time while the run before goes on. Default: it is skipped. */
  overlap: z.enum(['skip', 'allow']).default('skip'),
  /** A run's signal is aborted after so many milliseconds; null: never. Default: null. */
  timeoutMs: jobPolicySchema.shape.timeoutMs,
  tags: newJobSchema.shape.tags,
});

export type NodeTaskOptionsInput = z.input<typeof nodeTaskOptionsSchema>;

/**
 * With the scope `cluster`, the default, the method's fire times run once in the whole cluster. With
 * the scope `node` it is a timer of each process: no job, no ledger, no promise.
 */
export type TaskOptionsInput = (
  | (z.input<typeof taskOptionsSchema> & { readonly scope?: 'cluster' })
  | NodeTaskOptionsInput
) & {
  /**
   * Tells several instances of the class apart: `(self) => self.region` makes the id
   * `Poller.tick[eu]`. It must give the same text in every process and after every start. Default: the
   * token or the module that each is provided by, where there are several.
   */
  // Whoever writes it knows of which class it is; a decorator of a method cannot.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly instance?: (self: any) => string | number;
  /**
   * Whether the method also runs at a start: once after each start of a node, or once after each cold
   * start of the cluster (of which a job of its own, `report@start`, keeps the record). Default: no.
   */
  readonly runAtStart?: RunAtStart;
};
