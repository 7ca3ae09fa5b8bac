/** What makes a pod of a StatefulSet the one that it is: its name, and what follows from its ordinal. */
import { statefulSets } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type {
  PersistentVolumeClaim,
  Pod,
  PodTemplateSpec,
  StatefulSet,
  Volume,
} from '#api/types.ts';
import { podFromTemplate } from '../../decide/making-pods.ts';
import { revisionLabel } from '../../decide/revisions.ts';

const podNameLabel = 'statefulset.kubernetes.io/pod-name';
const podIndexLabel = 'apps.kubernetes.io/pod-index';

export const startOf = ({ spec }: StatefulSet): number => spec.ordinals?.start ?? 0;

export const sizeOf = ({ spec }: StatefulSet): number => spec.replicas ?? 1;

/** The ordinal in a name of the form `SET-7`; absent for other names, `SET-07` among them. */
export function ordinalIn(name: string, set: StatefulSet): number | undefined {
  const { name: parent } = set.metadata;
  if (!name.startsWith(`${parent}-`)) return undefined;
  const digits = name.slice(parent.length + 1);
  return /^(0|[1-9]\d{0,9})$/.test(digits) ? Number(digits) : undefined;
}

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  const start = startOf(set);
  return ordinal >= start && ordinal < start + sizeOf(set);
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

/** `TEMPLATE-SET-ORDINAL` */
export function claimName(
  set: StatefulSet,
  template: PersistentVolumeClaim,
  ordinal: number,
): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

export function identityLabels(set: StatefulSet, ordinal: number): Record<string, string> {
  return { [podNameLabel]: podName(set, ordinal), [podIndexLabel]: String(ordinal) };
}

export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[revisionLabel] ?? '';
}

/** Its name is the host name, its volumes its own claims, which win over volumes of the template. */
export function newPod(
  set: StatefulSet,
  ordinal: number,
  template: PodTemplateSpec,
  revision: string,
): Pod {
  const owner = { kind: statefulSets as Kind, object: set };
  const { metadata, spec, ...rest } = podFromTemplate(owner, template);
  const name = podName(set, ordinal);
  const claims = (set.spec.volumeClaimTemplates ?? []).map((claim): Volume => {
    const persistentVolumeClaim = { claimName: claimName(set, claim, ordinal) };
    return { name: claim.metadata.name, persistentVolumeClaim };
  });
  const claimed = new Set(claims.map((volume) => volume.name));
  const others = (spec.volumes ?? []).filter((volume) => !claimed.has(volume.name));
  const volumes = [...claims, ...others];
  const labels = {
    ...metadata.labels,
    ...identityLabels(set, ordinal),
    [revisionLabel]: revision,
  };
  return {
    ...rest,
    metadata: { ...metadata, name, labels },
    spec: {
      ...spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}
