/** Which nodes a pod's node selector and node affinity mean. */
import { meansNode } from '#api/node-selector.ts';
import type { Node, NodeSelectorTerm, Toleration } from '#api/types.ts';

/** What a pod says of the nodes that it may go to. */
export interface NodeChoice {
  readonly nodeSelector: readonly (readonly [string, string])[];
  /** One of them must hold; absent: any node. */
  readonly requiredTerms: readonly NodeSelectorTerm[] | undefined;
  readonly tolerations: readonly Toleration[];
}

export function isWanted(choice: NodeChoice, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of choice.nodeSelector) if (labels[key] !== value) return false;
  return choice.requiredTerms?.some((term) => meansNode(term, node)) ?? true;
}

/** The only nodes that can be meant, when the pod names them (as the pods of a DaemonSet do). */
export function pinnedNodes(needs: NodeChoice): readonly string[] | undefined {
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
