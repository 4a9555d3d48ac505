/** Data (22), constraints (23), a limit of what can be stored (54). */
const OF_A_ROW = /^(22|23|54)/;
/** Syntax and access (42): a table that was moved, a right that was revoked. */
const OF_A_STATEMENT = /^42/;

/**
 * A statement is refused because of a row that it writes: without that row it would not be, and with it
 * it always will.
 */
export function isRowFault(error: unknown): boolean {
  return OF_A_ROW.test(codeOf(error));
}

/**
 * A statement is refused because of what it says, whatever its rows. Everything else (connections,
 * shutdowns, time limits) is none of its own doing.
 */
export function isStatementFault(error: unknown): boolean {
  return isRowFault(error) || OF_A_STATEMENT.test(codeOf(error));
}

/** It may not do what it says. Somebody can mend that while we run. */
export const isRefusedRight = (error: unknown): boolean => codeOf(error) === '42501';

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && code.length === 5 ? code : '';
}
