/** Which nodes a pod's node selector and node affinity mean. */
import { meansNode } from '#api/node-selector.ts';
import type { Node } from '#api/types.ts';
import type { PodNeeds } from './pod-needs.ts';

export function isWanted(needs: PodNeeds, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of needs.nodeSelector) if (labels[key] !== value) return false;
  return needs.requiredTerms?.some((term) => meansNode(term, node)) ?? true;
}

/** The only nodes that can be meant, when the pod names them (as the pods of a DaemonSet do). */
export function pinnedNodes(needs: PodNeeds): readonly string[] | undefined {
  if (needs.nodeName !== undefined) return [needs.nodeName];
  if (needs.requiredTerms === undefined) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of needs.requiredTerms) {
    const pin = matchFields.find(
      ({ key, operator }) => key === 'metadata.name' && operator === 'In',
    );
    if (pin === undefined) return undefined;
    for (const name of pin.values ?? []) names.add(name);
  }
  return [...names];
}
