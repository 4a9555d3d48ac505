/** The oldest and the newest host that is promised: installed from the registry, run by their own Node. */
import { mkdtempSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PackedPackage } from '../support/packed-host.js';
import { createEmptyDatabase } from '../support/postgres.js';
import { EDGES, nameOf } from '../zoo/breeds.js';
import { InstalledHost } from '../zoo/installed-host.js';
import { Trial, verdictsOf } from '../zoo/trial.js';

/** Two programs of Node are downloaded too, where npm has none in its cache. */
const INSTALLED_WITHIN_MS = 300_000;

let folder: string;
let carillon: PackedPackage;
let hosts: readonly InstalledHost[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-zoo-'));
  await chmod(folder, 0o755);
  carillon = await PackedPackage.make();
  hosts = await Promise.all(
    EDGES.map((breed) => InstalledHost.make(carillon.tarball, breed, join(folder, breed.nest))),
  );
}, INSTALLED_WITHIN_MS);
afterAll(async () => {
  await carillon.remove();
  await rm(folder, { recursive: true, force: true });
});

it.concurrent.each(EDGES.map((breed, at) => [nameOf(breed), at] as const))(
  '%s: does all',
  async (_, at) => {
    const database = await createEmptyDatabase();
    const trial = new Trial(hosts[at]!, database);
    try {
      expect(await trial.judge(), trial.log).toEqual(verdictsOf(() => null));
    } finally {
      await trial.end();
      await database.drop();
    }
  },
);
