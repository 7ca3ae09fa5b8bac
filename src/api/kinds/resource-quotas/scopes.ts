/** Which objects a quota with scopes is about: pods of a sort, and nothing but pods (claims for the last scope). */
import { apiVersionOf, type Kind } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import type {
  PersistentVolumeClaim,
  Pod,
  PodAffinityTerm,
  PodSpec,
  ResourceQuota,
  ScopedResourceSelectorRequirement,
} from '../../types.ts';
import { qosClassOf } from '../pods/qos.ts';

export function isInScopes({ spec }: ResourceQuota, kind: Kind, object: KubeObject): boolean {
  const named = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  const all = [...named, ...(spec?.scopeSelector?.matchExpressions ?? [])];
  if (all.length === 0) return true;
  const plain = `${apiVersionOf(kind)}/${kind.resource}`;
  if (plain === 'v1/pods') return all.every((each) => fitsPod(each, object as Pod));
  if (plain !== 'v1/persistentvolumeclaims') return false;
  return all.every((each) => fitsClaim(each, object as PersistentVolumeClaim));
}

function fitsPod(requirement: ScopedResourceSelectorRequirement, { spec }: Pod): boolean {
  switch (requirement.scopeName) {
    case 'Terminating':
      return spec.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return qosClassOf(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(spec) !== 'BestEffort';
    case 'PriorityClass':
      return fits(requirement, spec.priorityClassName);
    case 'CrossNamespacePodAffinity':
      return reachesOut(spec);
    default:
      return false;
  }
}

function fitsClaim(
  requirement: ScopedResourceSelectorRequirement,
  { spec, status }: PersistentVolumeClaim,
): boolean {
  if (requirement.scopeName !== 'VolumeAttributesClass') return false;
  return fits(
    requirement,
    spec?.volumeAttributesClassName ?? status?.currentVolumeAttributesClassName,
  );
}

function fits(
  { operator, values = [] }: ScopedResourceSelectorRequirement,
  value: string | undefined,
): boolean {
  const isSet = value !== undefined && value !== '';
  switch (operator) {
    case 'Exists':
      return isSet;
    case 'DoesNotExist':
      return !isSet;
    case 'In':
      return isSet && values.includes(value);
    default:
      return !isSet || !values.includes(value);
  }
}

/** Its affinity looks at pods of other namespaces. */
function reachesOut({ affinity }: PodSpec): boolean {
  const both = [affinity?.podAffinity, affinity?.podAntiAffinity];
  const terms: PodAffinityTerm[] = both.flatMap((each) => [
    ...(each?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(each?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm }) => podAffinityTerm,
    ),
  ]);
  return terms.some(
    ({ namespaces = [], namespaceSelector }) =>
      namespaces.length > 0 || namespaceSelector !== undefined,
  );
}
