/**
 * The seed of every test here that takes its cases by chance. `TRIGGERS_SEED=7 npm test` takes
 * others.
 */
export const SEED = Number(process.env['TRIGGERS_SEED'] ?? 20_261_123);
