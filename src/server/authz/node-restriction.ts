/**
 * What a node's writes may contain, where the authorizer sees only their paths: its own Node and
 * Lease by the name in the body, only mirror pods, no labels by which workloads are kept apart.
 * Source: Kubernetes' NodeRestriction admission plugin.
 */
import { deepEqual } from '#api/copy.ts';
import type { Node, Pod } from '#api/types.ts';
import type { AdmissionRequest, AdmissionStep } from '../admission/admission.ts';
import { forbidden } from '../core/errors.ts';
import { nodeNameOf } from './node-authorizer.ts';

const isolation = 'node-restriction.kubernetes.io/';
const mirror = 'kubernetes.io/config.mirror';

export const nodeRestriction: AdmissionStep = {
  name: 'NodeRestriction',
  validate: (request) => {
    const node = nodeNameOf(request.user);
    const why = node === undefined ? undefined : complaint(node, request);
    if (why) throw forbidden(request.kind, request.name, why);
  },
};

function complaint(node: string, request: AdmissionRequest): string | undefined {
  const { kind, operation, object, subresource } = request;
  const name = object?.metadata.name ?? request.name;
  switch (`${kind.group}/${kind.kind}`) {
    case '/Node':
      if (name !== node)
        return `node ${JSON.stringify(node)} is not allowed to modify node ${JSON.stringify(name)}`;
      if (operation === 'CREATE') return labelComplaint(node, object as Node, undefined);
      return operation === 'UPDATE' ? nodeComplaint(node, request) : undefined;
    case 'coordination.k8s.io/Lease':
    case 'storage.k8s.io/CSINode':
      return name === node
        ? undefined
        : `can only access ${kind.resource} with the same name as the requesting node`;
    case '/Pod':
      return operation === 'CREATE' && !subresource ? podComplaint(node, object as Pod) : undefined;
    default:
      return undefined;
  }
}

function nodeComplaint(node: string, { object, previous }: AdmissionRequest): string | undefined {
  const next = object as Node;
  const before = previous as Node;
  if (!deepEqual(next.spec?.taints ?? [], before.spec?.taints ?? [])) {
    return `node ${JSON.stringify(node)} is not allowed to modify taints`;
  }
  return labelComplaint(node, next, before);
}

function labelComplaint(node: string, next: Node, before: Node | undefined): string | undefined {
  const labels = { ...before?.metadata.labels, ...next.metadata.labels };
  const changed = Object.keys(labels).filter(
    (key) =>
      key.startsWith(isolation) && next.metadata.labels?.[key] !== before?.metadata.labels?.[key],
  );
  if (changed.length === 0) return undefined;
  return `is not allowed to modify labels: ${changed.sort().join(', ')} (node ${JSON.stringify(node)})`;
}

function podComplaint(node: string, pod: Pod): string | undefined {
  const who = `pod does not have ${JSON.stringify(mirror)} annotation, node ${JSON.stringify(node)} can only create mirror pods`;
  if (!pod.metadata.annotations?.[mirror]) return who;
  if (pod.spec?.nodeName !== node) {
    return `node ${JSON.stringify(node)} can only create pods with spec.nodeName set to itself`;
  }
  return undefined;
}
