/**
 * Which change of the cluster could cure which refusal: only those wake a waiting pod (Kubernetes:
 * queueing hints, KEP-4247).
 */
import type { SchedulingCode } from '#api/reasons.ts';
import type { Node } from '#api/types.ts';
import type { NamespaceLabels } from './pod-terms.ts';
import type { PodShape } from './pod-needs.ts';

export type ClusterEvent =
  | 'node-added'
  | 'node-removed'
  | 'node-labels'
  | 'node-room'
  | 'node-taints'
  /** A pod got its node. */
  | 'pod-added'
  /** A pod left its node, or finished there. */
  | 'pod-removed'
  /** A claim, a volume or a storage class came, changed or went. */
  | 'volumes';

/**
 * `here`: when the node of the event takes the pod now. `anywhere`: when the pod of the event is one
 * that its rules mean, since the answer of every node of a domain may be another one now; for events
 * of nodes in any case.
 */
export interface Cure {
  readonly here: readonly ClusterEvent[];
  readonly anywhere?: readonly ClusterEvent[];
}

const newNode: Cure = { here: ['node-added'] };
const room: Cure = { here: ['node-added', 'node-room', 'pod-removed'] };
const relabelled: Cure = { here: ['node-added', 'node-labels'] };
const unrepelled: Cure = { here: ['node-added', 'node-taints'] };

const volumes: Cure = { here: [], anywhere: ['volumes'] };
const reachable: Cure = { ...relabelled, anywhere: ['volumes'] };

const cures: Readonly<Record<SchedulingCode, Cure>> = {
  'no-nodes': newNode,
  'node-name': newNode,
  'node-unschedulable': unrepelled,
  'untolerated-taint': unrepelled,
  'node-affinity': relabelled,
  'host-port-taken': { here: ['node-added', 'pod-removed'] },
  'too-many-pods': room,
  'insufficient-resource': room,
  'pod-claim-missing': volumes,
  'pod-claim-awaited': volumes,
  'pod-claim-foreign': volumes,
  'pod-claim-going': volumes,
  'pod-claim-lost': volumes,
  'pod-claim-unbound': volumes,
  'pod-claim-taken': volumes,
  'volume-elsewhere': reachable,
  'volume-zone': reachable,
  'volume-missing': volumes,
  'no-volume-to-bind': reachable,
  'topology-label-missing': relabelled,
  'topology-spread': {
    here: [],
    anywhere: [
      'node-added',
      'node-removed',
      'node-labels',
      'node-taints',
      'pod-added',
      'pod-removed',
    ],
  },
  'pod-affinity': { ...relabelled, anywhere: ['pod-added', 'pod-removed'] },
  'pod-anti-affinity': { ...relabelled, anywhere: ['pod-removed'] },
  'existing-anti-affinity': { ...relabelled, anywhere: ['pod-removed'] },
};

const nobody: readonly ClusterEvent[] = [];

/** How a refused pod may be helped: everything that cures one of its codes counts. */
export function curesOf(code: SchedulingCode): Required<Cure> {
  const { here, anywhere = nobody } = cures[code];
  return { here, anywhere };
}

/** Whether a rule of one of the two pods means the other. */
export function concerns(waiting: PodShape, other: PodShape, labels: NamespaceLabels): boolean {
  const own = [...waiting.affinity, ...waiting.antiAffinity];
  return (
    own.some((term) => term.means(other, labels)) ||
    waiting.spread.some(({ selection }) =>
      selection.means({ ...other, isTerminating: false }, labels),
    ) ||
    other.antiAffinity.some((term) => term.means(waiting, labels))
  );
}

/** What a changed node means for waiting pods; its heartbeats mean nothing. */
export function eventsOf(previous: Node | undefined, next: Node): readonly ClusterEvent[] {
  if (previous === undefined) return ['node-added'];
  const events: ClusterEvent[] = [];
  if (differs(previous.metadata.labels, next.metadata.labels)) events.push('node-labels');
  if (differs(previous.status?.allocatable, next.status?.allocatable)) events.push('node-room');
  const unschedulable = previous.spec?.unschedulable !== next.spec?.unschedulable;
  if (unschedulable || differs(previous.spec?.taints, next.spec?.taints)) {
    events.push('node-taints');
  }
  return events;
}

function differs(a: unknown, b: unknown): boolean {
  return a !== b && JSON.stringify(a) !== JSON.stringify(b);
}
