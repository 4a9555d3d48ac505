/** What a client has found out, each in its own way. */
export interface Driven {
  readonly made: string | undefined;
  readonly priority: number | undefined;
  readonly outdated: string | undefined;
  readonly found: boolean | undefined;
  readonly removed: number;
}
