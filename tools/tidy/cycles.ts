/** Modules that load each other: which of them runs first depends on who was asked first. */
import { posix } from 'node:path';
import type { Finding, Rule, Tree } from './finding.ts';
import type { Source } from './source.ts';

const name = 'no-import-ring';

export const importRing: Rule = {
  name,
  *check(tree) {
    for (const ring of findRings(tree)) yield ringFinding(ring);
  },
};

function ringFinding(ring: readonly string[]): Finding {
  const [file = ''] = ring;
  return {
    file,
    line: 1,
    rule: name,
    what: [...ring, file].join(' → '),
    why: 'one of them runs before what it needs is there, and neither can be read alone',
    use: 'import type, an argument, or a third file for what both need',
  };
}

/** What a file loads when it starts, as paths in the repository; types leave no trace. */
function loadedBy(source: Source, tree: Tree): string[] {
  return source.imports
    .filter(({ typeOnly }) => !typeOnly)
    .map(({ specifier }) =>
      specifier.startsWith('#')
        ? `src/${specifier.slice(1)}`
        : posix.join(posix.dirname(source.path), specifier),
    )
    .filter((path) => tree.paths.has(path));
}

/** One ring for each group of files that reach each other, each starting at its first name. */
function findRings(tree: Tree): string[][] {
  const loads = new Map(tree.sources.map((source) => [source.path, loadedBy(source, tree)]));
  const done = new Set<string>();
  const rings: string[][] = [];
  const walk = (path: string, way: string[]): void => {
    const start = way.indexOf(path);
    if (start !== -1) rings.push(way.slice(start));
    if (start !== -1 || done.has(path)) return;
    way.push(path);
    for (const next of loads.get(path) ?? []) walk(next, way);
    way.pop();
    done.add(path);
  };
  for (const path of [...loads.keys()].sort()) walk(path, []);
  return rings;
}
