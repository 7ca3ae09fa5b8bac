/**
 * Which objects the pods of a node refer to. Kept per node as counted references, so that a change
 * of a pod costs its own references and a question costs one look-up.
 */
import { keyOf } from '#api/object.ts';
import type { Container, PersistentVolume, Pod, PodSpec, Volume } from '#api/types.ts';

/** `secrets/NAMESPACE/NAME` */
type Reference = string;

interface Filed {
  readonly node: string;
  readonly references: readonly Reference[];
}

export class NodeGraph {
  readonly #pods = new Map<string, Filed>();
  readonly #nodes = new Map<string, Map<Reference, number>>();
  /** PersistentVolume → its claim, as `persistentvolumeclaims/NAMESPACE/NAME`. */
  readonly #claims = new Map<string, Reference>();

  putPod(pod: Pod): void {
    const node = pod.spec?.nodeName;
    // Specs hardly change once a node is named; a new form of the same pod replaces the old one.
    this.removePod(pod);
    if (!node) return;
    const filed = { node, references: referencesOf(pod) };
    this.#pods.set(keyOf(pod), filed);
    let counts = this.#nodes.get(node);
    if (!counts) this.#nodes.set(node, (counts = new Map()));
    for (const reference of filed.references)
      counts.set(reference, (counts.get(reference) ?? 0) + 1);
  }

  removePod(pod: Pod): void {
    const filed = this.#pods.get(keyOf(pod));
    if (!filed) return;
    this.#pods.delete(keyOf(pod));
    const counts = this.#nodes.get(filed.node);
    if (!counts) return;
    for (const reference of filed.references) {
      const left = (counts.get(reference) ?? 0) - 1;
      if (left > 0) counts.set(reference, left);
      else counts.delete(reference);
    }
    if (counts.size === 0) this.#nodes.delete(filed.node);
  }

  putVolume(volume: PersistentVolume): void {
    const claim = volume.spec?.claimRef;
    if (claim?.name) {
      this.#claims.set(
        volume.metadata.name,
        `persistentvolumeclaims/${claim.namespace}/${claim.name}`,
      );
    } else this.removeVolume(volume);
  }

  removeVolume(volume: PersistentVolume): void {
    this.#claims.delete(volume.metadata.name);
  }

  /** Whether a pod of this node refers to the object. */
  reaches(node: string, resource: string, namespace: string | undefined, name: string): boolean {
    const references = this.#nodes.get(node);
    if (!references) return false;
    if (resource !== 'persistentvolumes')
      return references.has(`${resource}/${namespace ?? ''}/${name}`);
    const claim = this.#claims.get(name);
    return claim !== undefined && references.has(claim);
  }

  /** Whether the pod is bound to this node. */
  holds(node: string, namespace: string | undefined, name: string): boolean {
    return this.#pods.get(`${namespace ?? ''}/${name}`)?.node === node;
  }
}

function referencesOf(pod: Pod): Reference[] {
  const found = new Set<Reference>();
  const { namespace = '' } = pod.metadata;
  const { spec } = pod;
  const add = (resource: string, name: string | undefined) => {
    if (name) found.add(`${resource}/${namespace}/${name}`);
  };
  add('serviceaccounts', spec?.serviceAccountName);
  for (const { name } of spec?.imagePullSecrets ?? []) add('secrets', name);
  for (const container of containersOf(spec)) addEnvironment(container, add);
  for (const volume of spec?.volumes ?? []) addVolume(volume, pod.metadata.name, add);
  for (const { resourceClaimName } of spec?.resourceClaims ?? [])
    add('resourceclaims', resourceClaimName);
  return [...found];
}

type Add = (resource: string, name: string | undefined) => void;

function containersOf(spec: PodSpec | undefined): Pick<Container, 'env' | 'envFrom'>[] {
  return [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
}

function addEnvironment(container: Pick<Container, 'env' | 'envFrom'>, add: Add): void {
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    add('configmaps', configMapRef?.name);
    add('secrets', secretRef?.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    add('configmaps', valueFrom?.configMapKeyRef?.name);
    add('secrets', valueFrom?.secretKeyRef?.name);
  }
}

function addVolume(volume: Volume, pod: string, add: Add): void {
  add('secrets', volume.secret?.secretName);
  add('configmaps', volume.configMap?.name);
  add('persistentvolumeclaims', volume.persistentVolumeClaim?.claimName);
  if (volume.ephemeral) add('persistentvolumeclaims', `${pod}-${volume.name}`);
  add('secrets', volume.csi?.nodePublishSecretRef?.name);
  for (const { secret, configMap } of volume.projected?.sources ?? []) {
    add('secrets', secret?.name);
    add('configmaps', configMap?.name);
  }
}
