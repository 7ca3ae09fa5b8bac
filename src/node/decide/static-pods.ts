/**
 * Pods that come from files of a node: what a file's pod becomes, and what it may not ask for.
 * Source: Kubernetes, "Create static Pods"; pkg/kubelet/config.
 */
import { pods } from '#api/kinds/index.ts';
import { decodeObject } from '#api/schema/decode.ts';
import { typeSchema } from '#api/schema/schema.ts';
import type { Pod, PodSpec } from '#api/types.ts';
import { hashOf } from './hash.ts';

/** On the object in the API that shows such a pod: the hash of its file's content. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';
const hashAnnotation = 'kubernetes.io/config.hash';
const sourceAnnotation = 'kubernetes.io/config.source';
/** Of `system-cluster-critical`: from here on a pod is not given up for others. */
export const staticPriority = 2_000_000_000;

/** The pod of a file, with a uid of its content. Throws an Error in words for whoever wrote the file. */
export function staticPodOf(value: unknown, nodeName: string): Pod {
  const { apiVersion, kind } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown };
  if (apiVersion !== 'v1' || kind !== 'Pod') throw new Error('it holds no Pod of v1');
  const { object: pod } = decodeObject<Pod>(value, typeSchema('Pod'), {
    fieldValidation: 'Strict',
  });
  if (!pod.metadata?.name) throw new Error('metadata.name: Required value');
  pods.defaults?.(pod);
  const spec: PodSpec = { ...(pod.spec ?? { containers: [] }), nodeName };
  const reference = referenceIn(spec);
  if (reference) throw new Error(`static pods may not reference ${reference}`);
  // They stay, whatever taints their node gets.
  spec.tolerations = [...(spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }];
  const name = `${pod.metadata.name}-${nodeName}`;
  const namespace = pod.metadata.namespace ?? 'default';
  const uid = hashOf([name, namespace, spec]) + hashOf([spec, pod.metadata, nodeName]);
  const annotations = {
    ...pod.metadata.annotations,
    [hashAnnotation]: uid,
    [sourceAnnotation]: 'file',
    [mirrorAnnotation]: uid,
  };
  const whole: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...pod.metadata, name, namespace, uid, annotations },
    spec,
  };
  const [error] = pods.validate?.(whole) ?? [];
  if (error) throw new Error(`${error.field}: ${error.message}`);
  return whole;
}

/** Objects of the API, which may not be there when the pod is. */
function referenceIn(spec: PodSpec): string | undefined {
  if (spec.serviceAccountName) return 'serviceaccounts';
  const kinds = { configMap: 'configmaps', secret: 'secrets' } as const;
  for (const { persistentVolumeClaim, ephemeral, projected, ...volume } of spec.volumes ?? []) {
    if (persistentVolumeClaim ?? ephemeral) return 'persistentvolumeclaims';
    for (const source of [volume, ...(projected?.sources ?? [])]) {
      if (source.configMap) return kinds.configMap;
      if (source.secret) return kinds.secret;
      if ('serviceAccountToken' in source && source.serviceAccountToken) return 'serviceaccounts';
    }
  }
  for (const { env = [], envFrom = [] } of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (envFrom.some(({ configMapRef }) => configMapRef)) return kinds.configMap;
    if (envFrom.some(({ secretRef }) => secretRef)) return kinds.secret;
    if (env.some(({ valueFrom }) => valueFrom?.configMapKeyRef)) return kinds.configMap;
    if (env.some(({ valueFrom }) => valueFrom?.secretKeyRef)) return kinds.secret;
  }
  return undefined;
}

/** As it is created in the API, owned by its node. */
export function mirrorOf({ metadata, ...pod }: Pod, nodeName: string, nodeUid: string): Pod {
  const { name, namespace, labels, annotations } = metadata;
  const owner = { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: nodeUid, controller: true };
  return {
    ...pod,
    metadata: {
      name,
      namespace,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ownerReferences: [owner],
    },
  };
}

/** The pod of the file with what the API knows of it: what a worker works on. */
export function withMirror(pod: Pod, mirror: Pod | undefined): Pod {
  if (!mirror) return pod;
  const { resourceVersion, generation, creationTimestamp } = mirror.metadata;
  return {
    ...pod,
    metadata: { ...pod.metadata, resourceVersion, generation, creationTimestamp },
    ...(mirror.status && { status: mirror.status }),
  };
}

export function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[mirrorAnnotation] !== undefined;
}
