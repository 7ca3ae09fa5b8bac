/** Short words for the nodes and pods of tests. */
import { keyOf } from '#api/object.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import { classNameOf } from '#api/storage/claims.ts';
import type {
  Node,
  NodeSpec,
  ObjectMeta,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  Pod,
  PodSpec,
  StorageClass,
} from '#api/types.ts';
import { type Chance, type Placement, placementOf } from '../decide/placement.ts';
import { messageOf } from '../decide/message.ts';
import { needsOf } from '../decide/pod-needs.ts';
import { noVolumes, type VolumeFacts } from '../decide/volumes.ts';
import { preemptionOf } from '../decide/preemption.ts';
import { Snapshot } from '../snapshot.ts';

export interface NodeWords {
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly labels?: Record<string, string>;
  readonly spec?: NodeSpec;
  readonly more?: Record<string, string>;
}

export function nodeNamed(name: string, words: NodeWords = {}): Node {
  const { cpu = '4', memory = '8Gi', pods = '110', labels = {}, spec = {}, more = {} } = words;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec,
    status: {
      allocatable: { cpu, memory, pods, ...more },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

export function podNamed(
  name: string,
  requests: Record<string, string> = {},
  spec: Partial<PodSpec> = {},
  labels?: Record<string, string>,
): Pod {
  const resources = Object.keys(requests).length > 0 ? { resources: { requests } } : {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      ...(labels ? { labels } : {}),
    },
    spec: { containers: [{ name: 'main', image: 'web:1', ...resources }], ...spec },
  };
}

export interface VolumeWords {
  readonly claims?: readonly PersistentVolumeClaim[];
  readonly volumes?: readonly PersistentVolume[];
  readonly classes?: readonly StorageClass[];
  readonly promised?: Readonly<Record<string, string>>;
  readonly used?: readonly string[];
}

export function volumesOf(words: VolumeWords): VolumeFacts {
  const { claims = [], volumes = [], classes = [], promised = {}, used = [] } = words;
  return {
    claim: (namespace, name) => claims.find((each) => keyOf(each) === `${namespace}/${name}`),
    volume: (name) => volumes.find(({ metadata }) => metadata.name === name),
    volumesOfClass: (name) => volumes.filter((each) => classNameOf(each) === name),
    storageClass: (name) => classes.find(({ metadata }) => metadata.name === name),
    promisedTo: (volume) => promised[volume],
    nodesUsing: (claim) => (used.includes(claim) ? [undefined] : []),
  };
}

export function claimNamed(
  name: string,
  spec: Partial<PersistentVolumeClaimSpec> = {},
  metadata: Partial<ObjectMeta> = {},
): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, ...metadata },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: 'late',
      ...spec,
    },
  };
}

/** It has the volume `name`. */
export function boundClaim(name: string, spec: Partial<PersistentVolumeClaimSpec> = {}) {
  const annotations = { [storageAnnotations.bindCompleted]: 'yes' };
  return claimNamed(name, { volumeName: name, ...spec }, { annotations });
}

/** `node`: the only one from which it can be reached. */
export function volumeNamed(
  name: string,
  node?: string,
  spec: Partial<PersistentVolumeSpec> = {},
): PersistentVolume {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node ?? ''] }];
  const nodeAffinity = { required: { nodeSelectorTerms: [{ matchFields }] } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, uid: `uid-${name}` },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/data' },
      storageClassName: 'late',
      ...(node !== undefined && { nodeAffinity }),
      ...spec,
    },
    status: { phase: 'Available' },
  };
}

export function classNamed(name: string, words: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...words,
  };
}

/** A pod that uses these claims. */
export function podWith(name: string, ...claims: readonly string[]): Pod {
  const volumes = claims.map((claimName) => ({
    name: claimName,
    persistentVolumeClaim: { claimName },
  }));
  return podNamed(name, {}, { volumes });
}

export const first: Chance = { from: 0, below: () => 0 };

/** What becomes of the last pod when the others are on their nodes. */
export function placed(
  nodes: readonly Node[],
  pod: Pod,
  others: readonly (readonly [Pod, string])[] = [],
  volumes: VolumeFacts = noVolumes,
): Placement {
  return placementOf(needsOf(pod), snapshotOf(nodes, others, volumes), first);
}

export function snapshotOf(
  nodes: readonly Node[],
  others: readonly (readonly [Pod, string])[] = [],
  volumes: VolumeFacts = noVolumes,
): Snapshot {
  const snapshot = new Snapshot(volumes);
  for (const node of nodes) snapshot.setNode(node);
  for (const [other, node] of others) snapshot.place(needsOf(other), node);
  return snapshot;
}

/** The node, or the sentence that the pod is told. */
export function outcome(
  nodes: readonly Node[],
  pod: Pod,
  others: readonly (readonly [Pod, string])[] = [],
  volumes: VolumeFacts = noVolumes,
): string {
  const snapshot = snapshotOf(nodes, others, volumes);
  const placement = placementOf(needsOf(pod), snapshot, first);
  if (placement.type === 'node') return placement.node;
  const preemption = preemptionOf(needsOf(pod), placement, snapshot, [], first);
  return messageOf(placement, preemption.type === 'none' ? preemption.because : undefined);
}
