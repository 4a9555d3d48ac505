/** What the engine says, in sentences. Nest's `Logger` has this shape. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  log(message: string): void;
  debug(message: string): void;
}
