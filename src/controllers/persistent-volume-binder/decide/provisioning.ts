/** A claim for which there is no volume: who is to make one, or why nobody can. */
import type { Action, View } from '#api/decision.ts';
import { persistentVolumeClaims, storageClasses } from '#api/kinds/index.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import { classNameOf } from '#api/storage/claims.ts';
import type { PersistentVolumeClaim } from '#api/types.ts';

/** A claim is told why it waits when it has changed, not each time that somebody looks. */
const freshMs = 1000;

type Words = Pick<Extract<Action, { type: 'event' }>, 'level' | 'reason' | 'message'>;

export function telling(
  view: View,
  claim: PersistentVolumeClaim,
  words: Words,
  now: number,
): readonly Action[] {
  const { namespace, name } = claim.metadata;
  const changedAt = view.changedAt(persistentVolumeClaims, namespace, name);
  if (changedAt === undefined || now - changedAt >= freshMs) return [];
  return [{ type: 'event', regarding: claim, ...words }];
}

export function provisioning(
  view: View,
  claim: PersistentVolumeClaim,
  now: number,
): readonly Action[] {
  const className = classNameOf(claim);
  if (className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return telling(view, claim, { level: 'Normal', reason: 'FailedBinding', message }, now);
  }
  const storageClass = view.get(storageClasses, undefined, className);
  const { provisioner } = storageClass ?? {};
  const problem =
    provisioner === undefined
      ? `storageclass.storage.k8s.io "${className}" not found`
      : provisioner.startsWith('kubernetes.io/')
        ? `no volume plugin matched name: ${provisioner}`
        : undefined;
  if (problem !== undefined || provisioner === undefined) {
    const words = {
      level: 'Warning',
      reason: 'ProvisioningFailed',
      message: problem ?? '',
    } as const;
    return telling(view, claim, words, now);
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  const words = { level: 'Normal', reason: 'ExternalProvisioning', message } as const;
  return [...asking(claim, provisioner), ...telling(view, claim, words, now)];
}

function asking({ metadata }: PersistentVolumeClaim, provisioner: string): readonly Action[] {
  const keys = [storageAnnotations.provisioner, storageAnnotations.betaProvisioner];
  if (keys.every((key) => metadata.annotations?.[key] === provisioner)) return [];
  const { namespace, name, uid, resourceVersion } = metadata;
  const annotations = Object.fromEntries(keys.map((key) => [key, provisioner]));
  const patch = { metadata: { uid, resourceVersion, annotations } };
  return [{ type: 'patch', kind: persistentVolumeClaims, namespace, name, patch }];
}
