/** A pod as the scheduler sees it, worked out once. */
import { keyOf } from '#api/object.ts';
import type {
  NodeSelectorTerm,
  Pod,
  PreferredSchedulingTerm,
  Toleration,
  Volume,
} from '#api/types.ts';
import { type Resources, requestOf } from './resources.ts';
import { claimVolumesOf } from './claim-volumes.ts';

export interface HostPort {
  /** `TCP/8080` */
  readonly id: string;
  readonly address: string;
}

export interface PodNeeds {
  readonly key: string;
  readonly uid: string;
  readonly pod: Pod;
  readonly priority: number;
  readonly request: Readonly<Resources>;
  /** For scores: pods that ask for nothing use something (Kubernetes: 100m, 200 MB). */
  readonly weightCpu: number;
  readonly weightMemory: number;
  readonly nodeName: string | undefined;
  readonly nodeSelector: readonly (readonly [string, string])[];
  /** One of them must hold; absent: any node. */
  readonly requiredTerms: readonly NodeSelectorTerm[] | undefined;
  readonly preferredTerms: readonly PreferredSchedulingTerm[];
  readonly tolerations: readonly Toleration[];
  readonly hostPorts: readonly HostPort[];
  /** Those that stand for claims. */
  readonly volumes: readonly Volume[];
  /** Pods of one owner keep away from each other. */
  readonly owner: string | undefined;
}

const usualMilliCpu = 100;
const usualMemory = 200 * 1024 * 1024;

export function needsOf(pod: Pod): PodNeeds {
  const { metadata, spec } = pod;
  const request = requestOf(pod);
  const affinity = spec.affinity?.nodeAffinity;
  return {
    key: keyOf(pod),
    uid: metadata.uid ?? '',
    pod,
    priority: spec.priority ?? 0,
    request,
    weightCpu: request.milliCpu || usualMilliCpu,
    weightMemory: request.memory || usualMemory,
    nodeName: spec.nodeName || undefined,
    nodeSelector: Object.entries(spec.nodeSelector ?? {}),
    requiredTerms: affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms,
    preferredTerms: affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
    tolerations: spec.tolerations ?? [],
    hostPorts: hostPortsOf(pod),
    volumes: claimVolumesOf(pod),
    owner: metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid,
  };
}

function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...spec.containers, ...(sidecars ?? [])]) {
    for (const { hostPort, hostIP, protocol = 'TCP' } of container.ports ?? []) {
      if (!hostPort) continue;
      ports.push({ id: `${protocol}/${hostPort}`, address: hostIP || '0.0.0.0' });
    }
  }
  return ports;
}
