import { nodeConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind } from '../kind.ts';
import type { Node } from '../types.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { nodeColumns } from './nodes/columns.ts';
import { validateNode, validateNodeStatus, validateNodeUpdate } from './nodes/validate.ts';

export const nodes: Kind<Node> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  resource: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  verbs: standardVerbs,
  type: 'Node',
  subresources: [
    {
      name: 'proxy',
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      connect: true,
      body: { group: '', version: 'v1', kind: 'NodeProxyOptions' },
    },
    statusSubresource,
  ],
  hasStatus: true,
  /** A node that reports what it has may allocate all of it, unless it says otherwise. */
  defaultsStatus: true,
  defaults(node) {
    if (node.status?.capacity && !node.status.allocatable) {
      node.status.allocatable = { ...node.status.capacity };
    }
    if (!node.spec) return;
    alignPodCidrs(node.spec);
  },
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  validateSubresource: { status: validateNodeStatus },
  fieldSelectors: {
    'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false),
  },
  conditionCodes: nodeConditionCodes,
  columns: nodeColumns,
};

/** `podCIDR` is the first of `podCIDRs`, which came later. */
function alignPodCidrs(spec: NonNullable<Node['spec']>): void {
  const [first] = spec.podCIDRs ?? [];
  if (spec.podCIDR && first === undefined) spec.podCIDRs = [spec.podCIDR];
  else if (first !== undefined && !spec.podCIDR) spec.podCIDR = first;
}
