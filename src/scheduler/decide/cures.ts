/** Which change of the cluster could cure which refusal: only those wake a waiting pod. */
import type { SchedulingCode } from '#api/reasons.ts';
import type { Node } from '#api/types.ts';

export type ClusterEvent =
  | 'node-added'
  | 'node-labels'
  | 'node-room'
  | 'node-taints'
  /** A pod left its node, or finished there. */
  | 'pod-removed'
  /** A claim, a volume or a storage class came, changed or went. */
  | 'volumes';

const cures: Readonly<Record<SchedulingCode, readonly ClusterEvent[]>> = {
  'no-nodes': ['node-added'],
  'node-name': ['node-added'],
  'node-unschedulable': ['node-added', 'node-taints'],
  'untolerated-taint': ['node-added', 'node-taints'],
  'node-affinity': ['node-added', 'node-labels'],
  'host-port-taken': ['node-added', 'pod-removed'],
  'too-many-pods': ['node-added', 'node-room', 'pod-removed'],
  'pod-claim-missing': ['volumes'],
  'pod-claim-awaited': ['volumes'],
  'pod-claim-foreign': ['volumes'],
  'pod-claim-going': ['volumes'],
  'pod-claim-lost': ['volumes'],
  'pod-claim-unbound': ['volumes'],
  'pod-claim-taken': ['volumes', 'pod-removed'],
  'volume-elsewhere': ['volumes', 'node-added', 'node-labels'],
  'volume-missing': ['volumes'],
  'no-volume-to-bind': ['volumes', 'node-added', 'node-labels'],
  'insufficient-resource': ['node-added', 'node-room', 'pod-removed'],
};

/** A node may refuse for the next reason when the first one is cured: every event that cures one counts. */
export function mayCure(
  events: ReadonlySet<ClusterEvent>,
  codes: ReadonlySet<SchedulingCode>,
): boolean {
  for (const code of codes) if (cures[code].some((event) => events.has(event))) return true;
  return false;
}

/** What a changed node means for waiting pods; its heartbeats mean nothing. */
export function eventsOf(previous: Node | undefined, next: Node): readonly ClusterEvent[] {
  if (previous === undefined) return ['node-added'];
  const events: ClusterEvent[] = [];
  if (differs(previous.metadata.labels, next.metadata.labels)) events.push('node-labels');
  if (differs(previous.status?.allocatable, next.status?.allocatable)) events.push('node-room');
  const unschedulable = previous.spec.unschedulable !== next.spec.unschedulable;
  if (unschedulable || differs(previous.spec.taints, next.spec.taints)) events.push('node-taints');
  return events;
}

function differs(a: unknown, b: unknown): boolean {
  return a !== b && JSON.stringify(a) !== JSON.stringify(b);
}
