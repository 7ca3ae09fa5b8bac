/**
 * Completes package-lock.json for registries that do not carry every platform.
 *
 * Tools such as Biome and oxlint name one optional package per platform. A registry mirror may
 * hold only the Linux ones; npm then leaves the others out of the lock, and the next `npm ci`
 * refuses the lock as "out of sync", on every machine. This script writes the missing entries:
 * the version comes from the parent's own pin, platform limits from the package's name. npm skips
 * such an entry on any platform that it does not fit, so it is never fetched here; where it does
 * fit (a mirror that has it), npm adds the integrity itself at the next `npm install`.
 *
 * Run it after `npm install <something>`. Running it twice changes nothing; `--check` only looks.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** One entry under `packages` of a version 3 lock file; only the fields this script reads. */
interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

export interface Lock {
  packages: Record<string, LockEntry>;
}

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
];

/** Platform limits read off a name such as `@oxlint/binding-linux-x64-musl`. */
export function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> | undefined {
  const words = name.split(/[/-]/);
  const os = systems.find((one) => words.includes(one));
  const cpu = processors.find((one) => words.includes(one));
  if (os === undefined || cpu === undefined) return undefined;
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
  return { os: [os], cpu: [cpu], ...(os === 'linux' ? { libc: [libc] } : {}) };
}

/** Adds the missing platform packages to `lock` and returns their names, sorted. */
export function completeLock(lock: Lock): string[] {
  const added: string[] = [];
  for (const parent of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`;
      const platform = platformOf(name);
      if (lock.packages[key] !== undefined || platform === undefined) continue;
      if (!/^\d+\.\d+\.\d+$/.test(version)) continue;
      const dev = parent.dev === true ? { dev: true } : {};
      lock.packages[key] = { version, ...dev, optional: true, ...platform };
      added.push(name);
    }
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  lock.packages = Object.fromEntries(sorted);
  return added.sort();
}

if (import.meta.main) {
  const file = new URL('../package-lock.json', import.meta.url);
  const lock: Lock = JSON.parse(readFileSync(file, 'utf8'));
  const added = completeLock(lock);
  const isCheck = process.argv.includes('--check');
  if (added.length === 0) console.log('package-lock.json is complete');
  else if (isCheck) console.log(`missing: ${added.join(', ')}; run tools/complete-lock.ts`);
  else console.log(`added ${added.join(', ')}`);
  if (added.length > 0 && isCheck) process.exitCode = 1;
  if (added.length > 0 && !isCheck) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
