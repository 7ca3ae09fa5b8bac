/** Reads the tree that git knows: tracked files and new ones that are not ignored. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Tree } from './finding.ts';
import { readSource } from './source.ts';

const textFile =
  /(?:\.(?:md|json|jsonc|ya?ml|txt|sh|tsv|proto|mjs|js|css|html|conf|toml|cfg)|(?:^|\/)[^./]+|\/?\.[\w-]+)$/;
const fileBytesMax = 4 * 1024 * 1024;

export function readTree(root: string): Tree {
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = new Map<string, string>();
  for (const path of listed.split('\0')) {
    if (path === '' || !(path.endsWith('.ts') || textFile.test(path))) continue;
    const text = readText(join(root, path));
    if (text !== undefined) files.set(path, text);
  }
  return makeTree(files, machinePathsOf(root, homedir()));
}

/** Deleted but still listed, a link to nowhere, or not text: not ours to judge. */
function readText(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > fileBytesMax || bytes.includes(0)) return undefined;
    return bytes.toString('utf8');
  } catch {
    return undefined;
  }
}

export function makeTree(
  files: ReadonlyMap<string, string>,
  machinePaths: readonly string[] = [],
): Tree {
  const sources = [];
  const others = [];
  for (const [path, text] of files) {
    if (path.endsWith('.ts')) sources.push(readSource(path, text));
    else others.push({ path, text });
  }
  return { paths: new Set(files.keys()), sources, others, machinePaths };
}

/** Folders that every machine has, and that a document may name. */
const commonPlaces = new Set(['/', '/root', '/home', '/tmp', '/opt', '/srv', '/usr/src', '/app']);

/** This checkout and the user's home, unless every machine has them. */
export function machinePathsOf(root: string, home: string): string[] {
  const places = [root, home].filter((path) => !commonPlaces.has(path));
  return [...new Set(places)].map((path) => `${path}/`);
}
