/** Installs the peers' own packages on first use: they never weigh on the project's `npm ci`. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemName } from './systems/system.ts';

const folder = import.meta.dirname;
/** These stand on the project's own packages. */
const ownPackages: readonly SystemName[] = ['floor', 'switchyard', 'beside', 'temporal', 'fused'];

/** @param systems that will run @param say is told before something is installed */
export function installPeers(systems: readonly SystemName[], say: (text: string) => void): void {
  if (systems.every((name) => ownPackages.includes(name)) || isInstalled()) return;
  say('installing the peers (once, about 460 MB in bench/peers/node_modules)');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** npm keeps what it has installed beside it, in the form of the lockfile. */
function isInstalled(): boolean {
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const versions = (file: string) => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, { version?: string }> };
    return packages;
  };
  const [wanted, found] = [versions(join(folder, 'package-lock.json')), versions(installed)];
  return Object.entries(found).every(([name, { version }]) => wanted[name]?.version === version);
}
