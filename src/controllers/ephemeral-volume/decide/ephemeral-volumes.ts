/** Claims for the ephemeral volumes of pods; they are the pod's and go with it (KEP-1698). */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { persistentVolumeClaims, pods } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import { claimNameOf, isMadeFor } from '#api/storage/claims.ts';
import type { PersistentVolumeClaim, Pod, Volume } from '#api/types.ts';
import { controllerReference } from '../../decide/owners.ts';
import { isActive } from '../../decide/pods.ts';

/** A pod is told what is wrong when it has changed, not each time that somebody looks. */
const freshMs = 1000;

export function decideEphemeralVolumes(view: View, key: string, now: number): Decision {
  const { namespace, name } = splitKey(key);
  const pod = view.get(pods, namespace, name);
  if (pod === undefined || !isActive(pod)) return nothingToDo;
  const actions = (pod.spec.volumes ?? [])
    .filter(({ ephemeral }) => ephemeral !== undefined)
    .flatMap((volume) => actionsFor(view, pod, volume, now));
  return { actions };
}

function actionsFor(view: View, pod: Pod, volume: Volume, now: number): readonly Action[] {
  const { namespace = '', name: podName } = pod.metadata;
  const name = claimNameOf(pod, volume) ?? '';
  const known = view.get(persistentVolumeClaims, namespace, name);
  if (known === undefined) {
    const object = claimFor(pod, volume, name);
    const message = `ephemeral volume ${volume.name}: {error}`;
    const failed = { reason: 'FailedBinding', message };
    const telling = { regarding: pod, failed };
    return [{ type: 'create', kind: persistentVolumeClaims, object, telling }];
  }
  if (isMadeFor(known, pod)) return [];
  const changedAt = view.changedAt(pods, namespace, podName) ?? 0;
  if (now - changedAt >= freshMs) return [];
  const message = `ephemeral volume ${volume.name}: PVC "${namespace}/${name}" was not created for pod "${namespace}/${podName}" (pod is not owner)`;
  return [{ type: 'event', regarding: pod, level: 'Warning', reason: 'FailedBinding', message }];
}

function claimFor(pod: Pod, { ephemeral }: Volume, name: string): PersistentVolumeClaim {
  const { metadata = {}, spec = {} } = ephemeral?.volumeClaimTemplate ?? {};
  const { labels, annotations } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: pod.metadata.namespace,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ownerReferences: [controllerReference(pods, pod)],
    },
    spec,
  };
}
