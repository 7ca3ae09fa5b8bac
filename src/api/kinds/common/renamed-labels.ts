/** Labels of nodes that have newer names. Source: pkg/api/node. */
import { regionLabel, zoneLabel } from '../../node-labels.ts';
import type { NodeSelectorTerm } from '../../types.ts';

const renamedLabels = new Map([
  ['beta.kubernetes.io/arch', 'v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'v1.14; use "kubernetes.io/os" instead'],
  ['beta.kubernetes.io/instance-type', 'v1.17; use "node.kubernetes.io/instance-type" instead'],
  ['failure-domain.beta.kubernetes.io/zone', `v1.17; use "${zoneLabel}" instead`],
  ['failure-domain.beta.kubernetes.io/region', `v1.17; use "${regionLabel}" instead`],
]);

/** Since when the label has another name, and which; undefined when it has none. */
export function renamedLabel(key: string): string | undefined {
  const since = renamedLabels.get(key);
  return since === undefined ? undefined : `deprecated since ${since}`;
}

export function nodeSelectorTermWarnings(
  { matchExpressions = [] }: NodeSelectorTerm | undefined = {},
  path: string,
): string[] {
  const found: string[] = [];
  for (const [index, { key }] of matchExpressions.entries()) {
    const renamed = renamedLabel(key);
    if (renamed) found.push(`${path}.matchExpressions[${index}].key: ${key} is ${renamed}`);
  }
  return found;
}
