/**
 * Whether this process says that it is a production. The only look that the library takes at the
 * environment: a store in memory forgets every job, which nobody should learn in production.
 */
export function isProduction(): boolean {
  return process.env['NODE_ENV'] === 'production';
}
