import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder } from '../chaos/root-folder.js';
import { Host, hostTsconfig, run } from '../support/packed-host.js';
import { nodePackage, packagesOf, type Breed } from './breeds.js';

const INSTALL = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];

/** A host as npm installs it from the registry and our tarball, compiled. */
export class InstalledHost extends Host {
  /** @throws Error with what npm or the compiler says */
  static async make(tarball: string, breed: Breed, folder: string): Promise<InstalledHost> {
    const sources = join(rootFolder(), 'test/hosts/zoo');
    await mkdir(folder, { recursive: true });
    await cp(sources, join(folder, 'src'), { recursive: true });
    const adapter = `export { makeAdapter } from './${breed.adapter}/adapter.js';\n`;
    await writeFile(join(folder, 'src/adapter.ts'), adapter);
    const type = breed.modules === 'esm' ? 'module' : 'commonjs';
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type }));
    const { include: _, ...tsconfig } = hostTsconfig();
    const files = ['src/main.ts'];
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ ...tsconfig, files }));
    await run('npm', [...INSTALL, ...packagesOf(breed), tarball], { cwd: folder });
    const host = new InstalledHost(folder);
    const complaints = await host.compile({ declarations: true });
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
    return host;
  }

  get node(): string {
    return join(this.folder, 'node_modules', nodePackage(), 'bin/node');
  }
}
