/**
 * What a statement is refused with because of what it says or finds: data (22), constraints (23), a limit
 * of what can be stored (54), syntax and access (42). Everything else (connections, shutdowns, time
 * limits) may pass.
 */
const AT_FAULT = /^(22|23|42|54)/;

/** The same statement will be refused again, however often it is tried. */
export function isStatementFault(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && code.length === 5 && AT_FAULT.test(code);
}
