import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutant.js';

/** What brought a planted bug to light. */
export interface Catch {
  readonly by: 'simulation' | 'chaos';
  readonly invariants: readonly string[];
}

/** With what is built, so that only what the patch changes is built anew. */
const COPIED = ['package.json', 'tsconfig.json', 'nest-cli.json', 'src', 'test', 'dist'];

/** Every program is ended after so long; a build or a run takes a fraction of it. */
const MAX_MS = 8 * 60_000;

/** A copy of the repository that is spoilt by one patch. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'carillon-mutant-'));

  /** @param stop ends what is going on */
  constructor(
    root: string,
    private readonly stop: AbortSignal,
  ) {
    for (const name of COPIED) {
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** @throws Error that says what did not work */
  async spoil(mutant: Mutant): Promise<void> {
    await this.mustRun('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', mutant.path]);
    await this.build();
  }

  async build(): Promise<void> {
    await this.mustRun('npx', ['nest', 'build']);
    await this.mustRun('npx', ['tsc', '-p', 'test/chaos/tsconfig.build.json']);
  }

  async simulate(names: readonly string[]): Promise<Catch | null> {
    const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', '--project', 'simulation'];
    const { code, output } = await this.run('npx', args);
    if (code === 0) return null;
    const invariants = names.filter((name) => output.includes(name));
    return { by: 'simulation', invariants };
  }

  async breakIt(args: readonly string[], seed: number): Promise<Catch | null> {
    const out = join(this.folder, `chaos-${seed}`);
    const main = 'dist/chaos/test/chaos/main.js';
    await this.run('node', [main, ...args, '--seed', String(seed), '--out', out]);
    const report = join(out, 'report.json');
    if (!existsSync(report)) throw new Error(`the chaos run of seed ${seed} gave no report`);
    const { violations } = JSON.parse(readFileSync(report, 'utf8')) as {
      violations: { invariant: string }[];
    };
    const invariants = [...new Set(violations.map(({ invariant }) => invariant))];
    return invariants.length > 0 ? { by: 'chaos', invariants } : null;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async mustRun(program: string, args: readonly string[]): Promise<void> {
    const { code, output } = await this.run(program, args);
    if (code !== 0)
      throw new Error(`"${program} ${args.join(' ')}" failed:\n${output.slice(-2_000)}`);
  }

  private run(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: this.folder,
        env: { ...process.env, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: MAX_MS,
        signal: this.stop,
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
      }
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, output }));
    });
  }
}
