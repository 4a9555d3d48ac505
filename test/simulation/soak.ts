import { Simulation, type SimulationResult } from './simulation.js';

/** How long the ordinary check simulates, in seconds of real time. */
const ORDINARY_SECONDS = 3;

const { SEED, SIMULATION_SECONDS } = process.env;
const SOAK_MS = Number(SIMULATION_SECONDS ?? ORDINARY_SECONDS) * 1_000;

/** The last cluster is finished, however long that takes. */
export const SOAK_TIMEOUT_MS = SOAK_MS + 60_000;

/**
 * Simulates one cluster after the other, each from the next seed, for `SIMULATION_SECONDS`.
 * `SEED` simulates that one alone. The answer describes the first broken promise; null: none was.
 */
export async function soak(): Promise<string | null> {
  const base = SEED === undefined ? Math.floor(Date.now() / 1000) : Number(SEED);
  const until = performance.now() + (SEED === undefined ? SOAK_MS : 0);
  let clusters = 0;
  let simulatedMs = 0;
  let starts = 0;
  do {
    const result = await new Simulation(base + clusters).run();
    if (result.violations.length > 0) return story(result);
    clusters++;
    simulatedMs += result.simulatedMs;
    starts += result.history.starts.length;
  } while (performance.now() < until);
  console.log(
    `simulated ${clusters} clusters from seed ${base}: ${Math.round(simulatedMs / 1000)} s, ` +
      `${starts} handlers started`,
  );
  return null;
}

/** What was broken, what happened before, and how to see it again. */
function story({ seed, violations, notes }: SimulationResult): string {
  const [first] = violations;
  return [
    `Seed ${seed} breaks "${first?.invariant}": ${first?.detail}`,
    ...(first?.evidence ?? []).map((one) => `  ${JSON.stringify(one)}`),
    `(${violations.length} violations in all)`,
    'The last that happened:',
    ...notes.map((note) => `  ${note}`),
    'See it again:',
    `  SEED=${seed} npx vitest run --config test/vitest.config.ts test/simulation/cluster.spec.ts`,
  ].join('\n');
}
