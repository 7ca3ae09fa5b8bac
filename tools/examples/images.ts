/**
 * `npm run examples:images`: builds the images of the examples without internet and without an image
 * builder, from this machine's Node.js and from Debian's packages, as OCI archives in var/images/.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ImageRecipe, type LayerEntry, textFile, writeOciArchive } from './oci-archive.ts';

const root = dirname(dirname(import.meta.dirname));
const target = join(root, 'var', 'images');

function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
}

/** Downloads Debian packages and unpacks them into a folder; nothing is installed. */
function unpack(packages: readonly string[], folder: string): void {
  const download = join(folder, 'archives');
  mkdirSync(download, { recursive: true });
  const get = (): string =>
    run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...packages], {
      cwd: download,
    });
  try {
    get();
  } catch {
    run('apt-get', ['update', '-qq']);
    get();
  }
  for (const file of readdirSync(download))
    run('dpkg-deb', ['-x', join(download, file), join(folder, 'root')]);
  rmSync(download, { recursive: true });
}

/** The libraries that a package itself names: enough for its programs beside the C library. */
function librariesOf(name: string): string[] {
  return run('apt-cache', ['depends', '--no-recommends', '--no-suggests', name])
    .split('\n')
    .flatMap((line) => /^ {2}Depends: ((?:lib|lua)[^ <]+)$/.exec(line)?.[1] ?? [])
    .filter((each) => each !== 'libc6');
}

/** A program and every library that its loader would open, at the places where it looks. */
function program(binary: string, path: string, unpacked?: string): LayerEntry[] {
  const folders = unpacked
    ? ['usr/lib', 'lib'].flatMap((each) => libraryFolders(join(unpacked, each)))
    : [];
  const listing = run('ldd', [binary], {
    env: { ...process.env, LD_LIBRARY_PATH: folders.join(':') },
  });
  const missing = /^\s*(\S+) => not found/m.exec(listing)?.[1];
  if (missing) throw new Error(`${binary} needs ${missing}, which is not to be found.`);
  const libraries = [...listing.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file = '']) => {
    const inImage = unpacked && file.startsWith(unpacked) ? file.slice(unpacked.length) : file;
    return { path: inImage, type: 'file', from: realpathSync(file), mode: 0o755 } as const;
  });
  return [{ path, type: 'file', from: realpathSync(binary), mode: 0o755 }, ...libraries];
}

function libraryFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory());
  return [folder, ...below.map((each) => join(folder, each.name))];
}

const shellWords = [
  'sh',
  'ls',
  'cat',
  'echo',
  'env',
  'ps',
  'tar',
  'wget',
  'nslookup',
  'ping',
  'sleep',
  'kill',
  'head',
  'tail',
  'grep',
  'hostname',
  'ip',
  'nc',
  'id',
  'test',
  'touch',
  'mkdir',
  'rm',
  'cp',
  'date',
  'vi',
];

function base(busybox: string): LayerEntry[] {
  return [
    { path: 'tmp', type: 'folder', mode: 0o1777 },
    { path: 'data', type: 'folder', mode: 0o755, owner: 1000 },
    {
      path: 'etc/passwd',
      type: 'text',
      text: 'root:x:0:0:root:/:/bin/sh\napp:x:1000:1000:app:/:/bin/sh\n',
      mode: 0o644,
    },
    { path: 'etc/group', type: 'text', text: 'root:x:0:\napp:x:1000:\n', mode: 0o644 },
    { path: 'bin/busybox', type: 'file', from: busybox, mode: 0o755 },
    ...shellWords.map((word): LayerEntry => ({ path: `bin/${word}`, type: 'link', to: 'busybox' })),
  ];
}

function webImage(version: string, shell: readonly LayerEntry[]): ImageRecipe {
  return {
    name: `docker.io/library/guestbook-web:${version}`,
    layer: [
      ...shell,
      ...program(process.execPath, 'usr/bin/node'),
      textFile('app/server.js', join(root, 'examples/guestbook/web/server.js')),
      { path: 'app/package.json', type: 'text', text: '{"type":"module"}', mode: 0o644 },
    ],
    entrypoint: ['/usr/bin/node', '/app/server.js'],
    env: [`GUESTBOOK_VERSION=${version}`, 'NODE_ENV=production'],
    workingDir: '/app',
    user: '1000:1000',
  };
}

function redisImage(shell: readonly LayerEntry[], unpacked: string): ImageRecipe {
  return {
    name: 'docker.io/library/guestbook-redis:1',
    layer: [
      ...shell,
      ...program(join(unpacked, 'usr/bin/redis-check-rdb'), 'usr/bin/redis-server', unpacked),
      ...program(join(unpacked, 'usr/bin/redis-cli'), 'usr/bin/redis-cli', unpacked),
    ],
    entrypoint: ['/usr/bin/redis-server', '--protected-mode', 'no', '--save', '', '--dir', '/data'],
    env: [],
    workingDir: '/data',
    user: '1000:1000',
  };
}

function busyboxImage(shell: readonly LayerEntry[]): ImageRecipe {
  return {
    name: 'docker.io/library/busybox:1',
    layer: shell,
    command: ['sh'],
    env: [],
    workingDir: '/',
    user: '0:0',
  };
}

/** The same path may be named by two programs; a layer holds it once. */
function withoutRepeats(recipe: ImageRecipe): ImageRecipe {
  return { ...recipe, layer: [...new Map(recipe.layer.map((each) => [each.path, each])).values()] };
}

async function main(): Promise<void> {
  mkdirSync(target, { recursive: true });
  const work = mkdtempSync(join(target, 'build-'));
  try {
    unpack(['busybox-static', 'redis-tools', ...librariesOf('redis-tools')], work);
    const unpacked = join(work, 'root');
    const shell = base(join(unpacked, 'bin/busybox'));
    const recipes = [
      webImage('1', shell),
      webImage('2', shell),
      redisImage(shell, unpacked),
      busyboxImage(shell),
    ];
    for (const recipe of recipes.map(withoutRepeats)) {
      const file = join(target, `${basename(recipe.name).replace(':', '-')}.tar`);
      await writeOciArchive(recipe, file);
      process.stdout.write(`${file}\n`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main();
