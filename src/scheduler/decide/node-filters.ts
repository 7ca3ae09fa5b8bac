/** What a node itself says about pods: cordoned, tainted, or not the kind of node that a pod asks for. */
import { tolerates, untolerated } from '#api/tolerations.ts';
import type { Taint, Toleration } from '#api/types.ts';
import type { Filter, NodeRefusal } from './filter.ts';
import { isWanted } from './node-affinity.ts';
import type { NodeState } from './node-state.ts';

const unschedulable: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export function isRepelling({ effect }: Taint): boolean {
  return effect === 'NoSchedule' || effect === 'NoExecute';
}

interface Tolerant {
  readonly tolerations: readonly Toleration[];
}

/** The first taint of the node that keeps the pod off. */
export function repellingTaint(
  { tolerations }: Tolerant,
  { hardTaints }: NodeState,
): Taint | undefined {
  if (hardTaints.length === 0) return undefined;
  return hardTaints.find((taint) => !tolerations.some((each) => tolerates(each, taint)));
}

const cordoned: readonly NodeRefusal[] = [{ code: 'node-unschedulable', isFinal: true }];
const elsewhere: readonly NodeRefusal[] = [{ code: 'node-name', isFinal: true }];
const unwanted: readonly NodeRefusal[] = [{ code: 'node-affinity', isFinal: true }];

export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  isLocal: true,
  prepare: ({ shape: { tolerations } }) => {
    if (!untolerated([unschedulable], tolerations, ['NoSchedule'])) return undefined;
    return ({ isCordoned }) => (isCordoned ? cordoned : undefined);
  },
};

/** The pod's own wish, not its shape's: pods that are bound share their shape with those that wait. */
export const nodeName: Filter = {
  name: 'NodeName',
  isLocal: false,
  prepare: ({ pod }) => {
    const wanted = pod.spec.nodeName;
    if (!wanted) return undefined;
    return ({ name }) => (name === wanted ? undefined : elsewhere);
  },
};

export const taintToleration: Filter = {
  name: 'TaintToleration',
  isLocal: true,
  prepare:
    ({ shape }) =>
    (state) => {
      const taint = repellingTaint(shape, state);
      if (taint === undefined) return undefined;
      const subject = `${taint.key}: ${taint.value ?? ''}`;
      return [{ code: 'untolerated-taint', subject, isFinal: true }];
    },
};

export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  isLocal: true,
  prepare: ({ shape }) => {
    if (shape.nodeSelector.length === 0 && shape.requiredTerms === undefined) return undefined;
    return ({ node }) => (node !== undefined && isWanted(shape, node) ? undefined : unwanted);
  },
};
