/** What is told of each job when its handler is called: the instant that it was made for, in ms. */
export type Told = (at: number) => void;

/** What a worker is set up for, where the two want different settings. */
export type Purpose = 'throughput' | 'punctuality';

/** A scheduler in an empty database of its own, which it has made its tables in. */
export interface Contestant {
  /** Makes so many jobs that are due, or due at once when somebody works. */
  addDue(count: number): Promise<void>;
  /** Makes one job for an instant. */
  addOne(at: Date): Promise<void>;
  /** Makes jobs for their instants with as few calls as it can. */
  addMany(at: readonly Date[]): Promise<void>;
  /** Calls a handler that does nothing for what is due. @returns what ends that */
  work(concurrency: number, purpose: Purpose, told: Told): Promise<() => Promise<void>>;
  /** Says in one column `busy` whether anything due waits, works, or has an end that is not yet recorded. */
  readonly busySql: string;
  /** Tells what became of its jobs, for when not all of them were called. */
  readonly endsSql?: string;
  close(): Promise<void>;
}

/** How a scheduler comes into the comparison. */
export interface Entry {
  readonly name: string;
  /** What is left of a job that has run. */
  readonly keeps: string;
  /** The package that it is from; null: none of the peers'. */
  readonly packageName: string | null;
  open(databaseUrl: string): Promise<Contestant>;
}
