/** The parts of one roll-out as its steps read them, and the actions that they have in common. */
import type { Action } from '#api/decision.ts';
import { replicaSets } from '#api/kinds/index.ts';
import type { Deployment, ReplicaSet } from '#api/types.ts';
import { isSame } from '../../decide/same.ts';
import { desiredAnnotation, maxAnnotation } from './revision.ts';
import { type Bounds, sizeOf } from './strategy.ts';

export interface RollOut {
  readonly deployment: Deployment;
  readonly bounds: Bounds;
  /** The one with the deployment's template; absent: not made yet. */
  readonly newSet: ReplicaSet | undefined;
  /** Oldest first. */
  readonly oldSets: readonly ReplicaSet[];
  /** All of them; oldest first, the new one last. */
  readonly allSets: readonly ReplicaSet[];
  readonly now: number;
}

export function olderFirst(a: ReplicaSet, b: ReplicaSet): number {
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (x !== y) return x < y ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** What the numbers were when the set got its size: proportional scaling starts from there. */
export function sizeAnnotations({ replicas, maxSurge }: Bounds): Record<string, string> {
  return { [desiredAnnotation]: String(replicas), [maxAnnotation]: String(replicas + maxSurge) };
}

/** Sets the size of a ReplicaSet and tells of it; nothing when it has that size already. */
export function resizing(rollOut: RollOut, set: ReplicaSet, size: number): readonly Action[] {
  const { deployment, bounds } = rollOut;
  const annotations = { ...set.metadata.annotations, ...sizeAnnotations(bounds) };
  const before = sizeOf(set);
  if (before === size && isSame(annotations, set.metadata.annotations)) return [];
  const object: ReplicaSet = {
    ...set,
    metadata: { ...set.metadata, annotations },
    spec: { ...set.spec, replicas: size },
  };
  const update: Action = { type: 'update', kind: replicaSets, object };
  if (before === size) return [update];
  const direction = before < size ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${size}`;
  return [
    update,
    { type: 'event', regarding: deployment, level: 'Normal', reason: 'ScalingReplicaSet', message },
  ];
}
