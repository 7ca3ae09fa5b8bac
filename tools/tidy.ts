/**
 * tidy: the house rules as a test. `tools/tidy.ts [root]` prints one line per broken rule,
 * `file:line: rule: what – why – use X`, and fails when there is one.
 *
 * It holds what no other tool holds here: the layers of tools/rooms.ts (dependency-cruiser and
 * typescript-eslint need TypeScript's JavaScript API, which version 7 does not have), the seams to
 * the machine, sizes and names.
 */
import { dirname, resolve } from 'node:path';
import { banRules } from './tidy/bans.ts';
import { importRing } from './tidy/cycles.ts';
import { type Finding, formatFinding, type Rule, type Tree } from './tidy/finding.ts';
import { layerRules } from './tidy/layers.ts';
import { shapeRules } from './tidy/shape.ts';
import { readTree } from './tidy/tree.ts';

export const rules: readonly Rule[] = [...layerRules, importRing, ...banRules, ...shapeRules];

export function check(tree: Tree): Finding[] {
  const findings = rules.flatMap((rule) => [...rule.check(tree)]);
  return findings.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}

if (import.meta.main) {
  const root = resolve(process.argv[2] ?? dirname(import.meta.dirname));
  const tree = readTree(root);
  const findings = check(tree);
  for (const finding of findings) console.log(formatFinding(finding));
  if (findings.length > 0) {
    console.log(`${findings.length} broken rules in ${tree.sources.length} files`);
    process.exitCode = 1;
  }
}
