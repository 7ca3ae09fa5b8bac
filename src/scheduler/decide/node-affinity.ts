/** Which nodes a pod's node selector and node affinity mean. */
import type { Node, NodeSelectorRequirement, NodeSelectorTerm } from '#api/types.ts';
import type { PodNeeds } from './pod-needs.ts';

export function isWanted(needs: PodNeeds, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of needs.nodeSelector) if (labels[key] !== value) return false;
  return needs.requiredTerms?.some((term) => holds(term, node)) ?? true;
}

/** All of its requirements; a term without any means no node. */
export function holds(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every((each) => isMet(each, labels[each.key])) &&
    matchFields.every((each) => each.key === 'metadata.name' && isMet(each, node.metadata.name))
  );
}

function isMet(
  { operator, values = [] }: NodeSelectorRequirement,
  value: string | undefined,
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      return compares(operator, value, values[0]);
    default:
      return false;
  }
}

function compares(operator: 'Gt' | 'Lt', value = '', bound = ''): boolean {
  const whole = /^[+-]?\d+$/;
  if (!whole.test(value) || !whole.test(bound)) return false;
  return operator === 'Gt' ? Number(value) > Number(bound) : Number(value) < Number(bound);
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
