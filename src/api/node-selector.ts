/** Which nodes a node selector means (core/v1 NodeSelectorTerm, nodeSelector of a pod). */
import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from './types.ts';

/** What a pod asks of its node, by labels and by name: `nodeSelector` and the required affinity. */
export function wantsNode(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const wanted = Object.entries(spec.nodeSelector ?? {});
  if (wanted.some(([key, value]) => labels[key] !== value)) return false;
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.some((term) => meansNode(term, node)) ?? true;
}

/** All of its requirements; a term without any means no node. */
export function meansNode(term: NodeSelectorTerm, node: Node): boolean {
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
