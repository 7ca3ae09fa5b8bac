/**
 * `npm run examples:images`: builds the images of the examples without internet and without an image
 * builder, from this machine's Node.js and from Debian's packages, as OCI archives in var/images/.
 */
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Image, ociArchive } from '#wire/oci/archive.ts';
import { type Layer, writeLayer } from '#wire/oci/layer.ts';
import type { StreamedContent, TarEntry } from '#wire/oci/tar.ts';

const root = dirname(dirname(import.meta.dirname));
const target = join(root, 'var', 'images');
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

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
function program(binary: string, path: string, unpacked?: string): TarEntry[] {
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
    return programFile(inImage, file);
  });
  return [programFile(path, binary), ...libraries];
}

function programFile(path: string, from: string): TarEntry {
  return { path, type: 'file', content: onDisk(realpathSync(from)), mode: 0o755 };
}

function textFile(path: string, content: string): TarEntry {
  return { path, type: 'file', content };
}

function onDisk(file: string): StreamedContent {
  return { sizeBytes: statSync(file).size, open: () => createReadStream(file) };
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

function shellFiles(busybox: string): TarEntry[] {
  return [
    { path: 'tmp', type: 'folder', mode: 0o1777 },
    { path: 'data', type: 'folder', mode: 0o755, owner: 1000 },
    textFile('etc/passwd', 'root:x:0:0:root:/:/bin/sh\napp:x:1000:1000:app:/:/bin/sh\n'),
    textFile('etc/group', 'root:x:0:\napp:x:1000:\n'),
    programFile('bin/busybox', busybox),
    ...shellWords.map((word): TarEntry => ({ path: `bin/${word}`, type: 'link', to: 'busybox' })),
  ];
}

function webFiles(): TarEntry[] {
  const server = readFileSync(join(root, 'examples/guestbook/web/server.js'), 'utf8');
  return [textFile('app/server.js', server), textFile('app/package.json', '{"type":"module"}')];
}

function redisFiles(unpacked: string): TarEntry[] {
  return [
    ...program(join(unpacked, 'usr/bin/redis-check-rdb'), 'usr/bin/redis-server', unpacked),
    ...program(join(unpacked, 'usr/bin/redis-cli'), 'usr/bin/redis-cli', unpacked),
  ];
}

const path = 'PATH=/usr/local/bin:/usr/bin:/bin';

function webImage(version: string, layers: readonly Layer[]): Image {
  return {
    name: `docker.io/library/guestbook-web:${version}`,
    architecture,
    layers,
    entrypoint: ['/usr/bin/node', '/app/server.js'],
    env: [path, `GUESTBOOK_VERSION=${version}`, 'NODE_ENV=production'],
    workingDir: '/app',
    user: '1000:1000',
  };
}

function redisImage(layers: readonly Layer[]): Image {
  return {
    name: 'docker.io/library/guestbook-redis:1',
    architecture,
    layers,
    entrypoint: ['/usr/bin/redis-server', '--protected-mode', 'no', '--save', '', '--dir', '/data'],
    env: [path],
    workingDir: '/data',
    user: '1000:1000',
  };
}

function busyboxImage(layers: readonly Layer[]): Image {
  return {
    name: 'docker.io/library/busybox:1',
    architecture,
    layers,
    command: ['sh'],
    env: [path],
    workingDir: '/',
    user: '0:0',
  };
}

/** One layer of some image, in a file of the working folder until the archives are written. */
async function build(file: string, entries: readonly TarEntry[]): Promise<Layer> {
  // Two programs may name the same library; a layer holds it once.
  const once = new Map(entries.map((each) => [each.path.replace(/^\//, ''), each]));
  const paths = [...once].map(([path, each]) => ({ ...each, path }));
  const facts = await writeLayer(paths, createWriteStream(file));
  return { ...facts, content: onDisk(file) };
}

async function main(): Promise<void> {
  mkdirSync(target, { recursive: true });
  const work = mkdtempSync(join(target, 'build-'));
  try {
    unpack(['busybox-static', 'redis-tools', ...librariesOf('redis-tools')], work);
    const unpacked = join(work, 'root');
    const [shell, node, redis, web] = await Promise.all([
      build(join(work, 'shell'), shellFiles(join(unpacked, 'bin/busybox'))),
      build(join(work, 'node'), program(process.execPath, 'usr/bin/node')),
      build(join(work, 'redis'), redisFiles(unpacked)),
      build(join(work, 'web'), webFiles()),
    ]);
    const images = [
      webImage('1', [shell, node, web]),
      webImage('2', [shell, node, web]),
      redisImage([shell, redis]),
      busyboxImage([shell]),
    ];
    for (const image of images) {
      const file = join(target, `${basename(image.name).replace(':', '-')}.tar`);
      await pipeline(ociArchive(image), createWriteStream(file));
      process.stdout.write(`${file}\n`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main();
