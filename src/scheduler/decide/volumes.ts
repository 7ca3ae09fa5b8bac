/**
 * Where a pod's volumes let it go, and what must be bound when it goes there. Source: Kubernetes'
 * plugins VolumeBinding and VolumeRestrictions (KEP-2485 for ReadWriteOncePod).
 */
import { meansNode } from '#api/node-selector.ts';
import { keyOf } from '#api/object.ts';
import type { SchedulingRefusal } from '#api/reasons.ts';
import { noProvisioner, storageAnnotations } from '#api/storage/annotations.ts';
import { classNameOf, claimNameOf, isFullyBound, isMadeFor } from '#api/storage/claims.ts';
import { matchingVolume } from '#api/storage/matching.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
  TopologySelectorTerm,
  Volume,
} from '#api/types.ts';
import type { PodNeeds } from './pod-needs.ts';

/** What a decision reads of volumes; the promises of earlier decisions are in it. */
export interface VolumeFacts {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumesOfClass(name: string): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
  /** A decision gave it to this claim (`namespace/name`), and the server has not said so yet. */
  promisedTo(volume: string): string | undefined;
  /** Where other pods that have a node use the claim; undefined: on one where they are not counted. */
  nodesUsing(claim: string, podKey: string): readonly (string | undefined)[];
}

/** Of a cluster without storage. */
export const noVolumes: VolumeFacts = {
  claim: () => undefined,
  volume: () => undefined,
  volumesOfClass: () => [],
  storageClass: () => undefined,
  promisedTo: () => undefined,
  nodesUsing: () => [],
};

/** The claims of a pod that may be scheduled. */
export interface PodVolumes {
  readonly bound: readonly PersistentVolumeClaim[];
  /** To be bound when the pod has its node. */
  readonly waiting: readonly PersistentVolumeClaim[];
  /** Those that one pod may have at a time. */
  readonly single: readonly PersistentVolumeClaim[];
}

export interface VolumePlan {
  readonly bindings: readonly {
    readonly claim: PersistentVolumeClaim;
    readonly volume: PersistentVolume;
  }[];
  readonly provisions: readonly PersistentVolumeClaim[];
}

const nothingToBind: VolumePlan = { bindings: [], provisions: [] };

export function isRefusal(
  answer: PodVolumes | VolumePlan | SchedulingRefusal,
): answer is SchedulingRefusal {
  return 'code' in answer;
}

/** A refusal is one of the pod as a whole: no node would do. */
export function podVolumesOf(
  { pod, volumes }: PodNeeds,
  facts: VolumeFacts,
): PodVolumes | SchedulingRefusal {
  const bound: PersistentVolumeClaim[] = [];
  const waiting: PersistentVolumeClaim[] = [];
  const single: PersistentVolumeClaim[] = [];
  let isUnbound = false;
  for (const volume of volumes) {
    const claim = soundClaim(pod, volume, facts);
    if ('code' in claim) return claim;
    if (isForOnePod(claim)) single.push(claim);
    if (isFullyBound(claim)) bound.push(claim);
    else if (!claim.spec.volumeName && waitsForPod(claim, facts)) waiting.push(claim);
    else isUnbound = true;
  }
  return isUnbound ? { code: 'pod-claim-unbound' } : { bound, waiting, single };
}

function soundClaim(
  pod: Pod,
  volume: Volume,
  facts: VolumeFacts,
): PersistentVolumeClaim | SchedulingRefusal {
  const { namespace = '', name: podName } = pod.metadata;
  const name = claimNameOf(pod, volume) ?? '';
  const claim = facts.claim(namespace, name);
  if (claim === undefined) {
    return { code: volume.ephemeral ? 'pod-claim-awaited' : 'pod-claim-missing', subject: name };
  }
  if (claim.status?.phase === 'Lost') {
    const subject = `"${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`;
    return { code: 'pod-claim-lost', subject };
  }
  if (claim.metadata.deletionTimestamp !== undefined) {
    return { code: 'pod-claim-going', subject: name };
  }
  if (volume.ephemeral && !isMadeFor(claim, pod)) {
    const subject = `"${namespace}/${name}" was not created for pod "${namespace}/${podName}"`;
    return { code: 'pod-claim-foreign', subject };
  }
  return claim;
}

function isForOnePod({ spec }: PersistentVolumeClaim): boolean {
  return spec.accessModes?.includes('ReadWriteOncePod') === true;
}

function waitsForPod(claim: PersistentVolumeClaim, facts: VolumeFacts): boolean {
  const mode = facts.storageClass(classNameOf(claim))?.volumeBindingMode;
  return mode === 'WaitForFirstConsumer';
}

/** What is to be bound if the pod goes there, or why it cannot. */
export function volumePlanOf(
  { bound, waiting }: PodVolumes,
  node: Node,
  facts: VolumeFacts,
): VolumePlan | SchedulingRefusal {
  for (const { spec } of bound) {
    const volume = facts.volume(spec.volumeName ?? '');
    if (volume === undefined) return { code: 'volume-missing' };
    if (!isReachable(volume, node)) return { code: 'volume-elsewhere' };
  }
  if (waiting.length === 0) return nothingToBind;
  return planFor(waiting, node, facts) ?? { code: 'no-volume-to-bind' };
}

/** Claim by claim, in the order of the pod. */
function planFor(
  waiting: readonly PersistentVolumeClaim[],
  node: Node,
  facts: VolumeFacts,
): VolumePlan | undefined {
  const bindings: VolumePlan['bindings'][number][] = [];
  const provisions: PersistentVolumeClaim[] = [];
  const taken = new Set<PersistentVolume>();
  for (const claim of waiting) {
    const selected = claim.metadata.annotations?.[storageAnnotations.selectedNode];
    if (selected !== undefined) {
      // Somebody may be making its volume there already.
      if (selected !== node.metadata.name) return undefined;
      provisions.push(claim);
      continue;
    }
    const volume = matchingVolume(claim, facts.volumesOfClass(classNameOf(claim)), {
      mayTake: (each) =>
        !taken.has(each) && isFreeFor(claim, each, facts) && isReachable(each, node),
    });
    if (volume !== undefined && isReachable(volume, node)) {
      taken.add(volume);
      bindings.push({ claim, volume });
    } else if (volume === undefined && canBeMade(claim, node, facts)) provisions.push(claim);
    else return undefined;
  }
  return { bindings, provisions };
}

function isFreeFor(
  claim: PersistentVolumeClaim,
  { metadata }: PersistentVolume,
  facts: VolumeFacts,
): boolean {
  const promised = facts.promisedTo(metadata.name);
  return promised === undefined || promised === keyOf(claim);
}

function isReachable({ spec }: PersistentVolume, node: Node): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => meansNode(term, node));
}

function canBeMade(claim: PersistentVolumeClaim, node: Node, facts: VolumeFacts): boolean {
  const storageClass = facts.storageClass(classNameOf(claim));
  if (!storageClass?.provisioner || storageClass.provisioner === noProvisioner) return false;
  const terms = storageClass.allowedTopologies ?? [];
  return terms.length === 0 || terms.some((term) => isWithin(term, node));
}

function isWithin({ matchLabelExpressions = [] }: TopologySelectorTerm, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  return matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''));
}
