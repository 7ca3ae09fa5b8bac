/** How many pods a budget is about, and how many of them must stay healthy. */
import type { View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import type { KindLookup } from '#api/lookup.ts';
import { splitApiVersion } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import type { Pod, PodDisruptionBudgetSpec } from '#api/types.ts';
import { controllerOf } from '../../decide/owners.ts';
import { resolveShare } from '../../decide/shares.ts';

export interface Expected {
  readonly pods: number;
  readonly healthy: number;
  /** Nobody says how many there should be of these. */
  readonly unmanaged: readonly string[];
}

/** A sentence when it cannot be told. */
export function expectedOf(
  view: View,
  kinds: KindLookup,
  { minAvailable, maxUnavailable }: PodDisruptionBudgetSpec,
  pods: readonly Pod[],
): Expected | string {
  const none = { pods: 0, healthy: 0, unmanaged: [] };
  if (typeof minAvailable === 'number' && maxUnavailable === undefined) {
    return { pods: pods.length, healthy: minAvailable, unmanaged: [] };
  }
  const share = maxUnavailable ?? minAvailable;
  if (share === undefined) return none;
  const scale = scaleOf(view, kinds, pods);
  if (typeof scale === 'string') return scale;
  const amount = resolveShare(share, scale.pods, Math.ceil);
  const healthy = maxUnavailable === undefined ? amount : Math.max(0, scale.pods - amount);
  return { ...scale, healthy };
}

/** Together, what the owners of the pods want: a share of pods that happen to be there would shrink with them. */
function scaleOf(
  view: View,
  kinds: KindLookup,
  pods: readonly Pod[],
): Pick<Expected, 'pods' | 'unmanaged'> | string {
  const scales = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) {
      unmanaged.push(pod.metadata.name);
      continue;
    }
    if (scales.has(owner.uid)) continue;
    const found = ownerOf(view, kinds, pod);
    if (typeof found === 'string') return found;
    if (found === undefined)
      return `found no controllers for pod ${JSON.stringify(pod.metadata.name)}`;
    const top = topOf(view, kinds, found);
    const wanted = top.kind.scale?.read(top.object).specReplicas ?? 0;
    // Several ReplicaSets of one Deployment are one scale.
    scales.set(owner.uid, 0);
    scales.set(top.object.metadata.uid ?? '', wanted);
  }
  return { pods: [...scales.values()].reduce((sum, scale) => sum + scale, 0), unmanaged };
}

interface Owner {
  readonly kind: Kind;
  readonly object: KubeObject;
}

function ownerOf(view: View, kinds: KindLookup, object: KubeObject): Owner | string | undefined {
  const reference = controllerOf(object);
  if (reference === undefined) return undefined;
  const { group, version } = splitApiVersion(reference.apiVersion);
  const kind = kinds.byKind(group, version, reference.kind);
  if (kind === undefined) return undefined;
  if (kind.scale === undefined) {
    const name = group === '' ? kind.resource : `${kind.resource}.${group}`;
    return `${name} does not implement the scale subresource`;
  }
  const found = view.get(kind, object.metadata.namespace, reference.name);
  return found?.metadata.uid === reference.uid ? { kind, object: found } : undefined;
}

/** A ReplicaSet that a Deployment scales says less than the Deployment. */
function topOf(view: View, kinds: KindLookup, owner: Owner): Owner {
  const above = ownerOf(view, kinds, owner.object);
  return above === undefined || typeof above === 'string' ? owner : topOf(view, kinds, above);
}
