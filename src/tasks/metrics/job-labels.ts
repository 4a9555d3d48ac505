import { OTHER_JOBS } from '../domain/figures.js';

/** Which jobs have a label of their own: the first that come, up to a limit, and those stay. */
export class JobLabels {
  private readonly own = new Set<string>();

  constructor(private readonly most: number) {}

  of(jobId: string): string {
    if (this.own.has(jobId)) return jobId;
    if (this.own.size >= this.most) return OTHER_JOBS;
    this.own.add(jobId);
    return jobId;
  }

  has(jobId: string): boolean {
    return this.own.has(jobId);
  }
}
