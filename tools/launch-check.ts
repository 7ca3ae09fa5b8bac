/**
 * Whether node_modules holds what package-lock.json asks for: `launch-check.ts <root> <production|all>`.
 * Exit code 0 when it does. Runs when npm was used by hand (`npm install`), so that the launcher does
 * not install everything again. It reads npm's own record of what it installed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Installed {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

export type Packages = Readonly<Record<string, Installed>>;

/** Paths of packages that are missing or have another version than `wanted`. */
export function stalePackages(wanted: Packages, installed: Packages, withDev: boolean): string[] {
  return Object.entries(wanted)
    .filter(([path, { dev }]) => path !== '' && (withDev || dev !== true))
    .filter(([path, { version, optional, devOptional }]) => {
      const present = installed[path]?.version;
      if (present === undefined) return optional !== true && devOptional !== true;
      return present !== version;
    })
    .map(([path]) => path);
}

function readPackages(path: string): Packages {
  const { packages }: { packages: Packages } = JSON.parse(readFileSync(path, 'utf8'));
  return packages;
}

if (import.meta.main) {
  const [root = '.', scope = 'all'] = process.argv.slice(2);
  try {
    const wanted = readPackages(join(root, 'package-lock.json'));
    const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
    const stale = stalePackages(wanted, installed, scope === 'all');
    process.exitCode = stale.length === 0 ? 0 : 1;
  } catch {
    process.exitCode = 1; // no record, or half of one: npm was interrupted
  }
}
