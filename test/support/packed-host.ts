import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { rootFolder } from '../chaos/root-folder.js';

const ROOT = rootFolder();
const MODULES = join(ROOT, 'node_modules');

/** As the build of the end-to-end tests leaves it. */
export const PACKAGE = join(ROOT, 'dist/package');

export const run = promisify(execFile);

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

/** The package as a registry would give it to a host. */
export class PackedPackage {
  private constructor(
    private readonly folder: string,
    readonly tarball: string,
    readonly manifest: Manifest,
  ) {}

  static async make(): Promise<PackedPackage> {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-hosts-'));
    await chmod(folder, 0o755);
    const pack = ['pack', '--ignore-scripts', '--pack-destination', folder];
    const { stdout } = await run('npm', pack, { cwd: PACKAGE });
    const tarball = join(folder, stdout.trim());
    await run('tar', ['-xzf', tarball], { cwd: folder });
    const text = readFileSync(join(folder, 'package/package.json'), 'utf8');
    return new PackedPackage(folder, tarball, JSON.parse(text) as Manifest);
  }

  /** All that is in it, sorted. */
  async files(): Promise<string[]> {
    const { stdout } = await run('tar', ['-tzf', this.tarball]);
    const files = stdout.split('\n').filter(Boolean);
    return files.map((file) => file.replace(/^package\//, '')).toSorted();
  }

  /** Which door stands where: `carillon`, `carillon/http` and so on. */
  get doors(): readonly string[] {
    const paths = Object.keys(this.manifest.exports).filter((path) => path !== './package.json');
    return paths.map((path) => `carillon${path.slice(1)}`);
  }

  /**
   * A host in a folder of its own, with our package and what that declares to need, and nothing else
   * but what the host asks for itself: what we forgot to declare is not found.
   *
   * @param name a folder of `test/hosts`
   */
  async host(name: string, type: 'module' | 'commonjs', needs: readonly string[]): Promise<Host> {
    const folder = join(this.folder, name);
    const modules = join(folder, 'node_modules');
    const { dependencies, peerDependencies, peerDependenciesMeta } = this.manifest;
    const peers = Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta[peer]);
    await mkdir(modules, { recursive: true });
    await cp(join(this.folder, 'package'), join(modules, 'carillon'), { recursive: true });
    const declared = [...Object.keys(dependencies), ...peers];
    for (const needed of new Set([...declared, ...needs])) {
      await mkdir(dirname(join(modules, needed)), { recursive: true });
      await symlink(join(MODULES, needed), join(modules, needed));
    }
    await cp(join(ROOT, 'test/hosts', name), join(folder, 'src'), { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name, private: true, type }));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(hostTsconfig()));
    return new Host(folder);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What `nest new` writes. */
export const hostTsconfig = () => ({
  compilerOptions: {
    target: 'ES2023',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    esModuleInterop: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    strict: true,
    types: ['node'],
    typeRoots: [join(MODULES, '@types')],
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
});

export class Host {
  constructor(readonly folder: string) {}

  get script(): string {
    return join(this.folder, 'dist/main.js');
  }

  /**
   * Compiles it, also when there is something to complain of.
   *
   * @param declarations whether our declaration files are checked too, and not only their use
   * @returns what the compiler says of the host and of ours, a complaint a line
   */
  async compile({ declarations = false } = {}): Promise<readonly string[]> {
    const tsc = join(MODULES, '.bin/tsc');
    const said = await run(
      tsc,
      ['-p', '.', '--pretty', 'false', '--skipLibCheck', String(!declarations)],
      { cwd: this.folder },
    ).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
    return said.split('\n').filter((line) => /^(src|node_modules\/carillon)\b/.test(line));
  }

  /** Runs a line of code in the host's folder. @returns what it prints */
  async print(code: string): Promise<string> {
    const { stdout } = await run(process.execPath, ['-e', code], { cwd: this.folder });
    return stdout.trim();
  }
}
