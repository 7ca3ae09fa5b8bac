/**
 * `matchLabelKeys` and `mismatchLabelKeys` of affinity terms (KEP-3633), and the former of spread
 * constraints (KEP-3243): the pod's own values of these labels become part of the selector when the
 * pod is made, so that whoever reads the pod later need not know of them. A label that the pod does not have adds nothing.
 */
import type { LabelSelectorRequirement, Pod, PodAffinity, PodAffinityTerm } from '../../types.ts';
import { ownValue } from '../common/records.ts';

type Labels = Readonly<Record<string, string>>;

export function mergeLabelKeys({ metadata, spec }: Pod): void {
  const labels = metadata.labels ?? {};
  for (const affinity of [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity]) {
    for (const term of termsOf(affinity)) mergeInto(term, labels);
  }
  for (const constraint of spec?.topologySpreadConstraints ?? []) mergeInto(constraint, labels);
}

function termsOf(affinity: PodAffinity | undefined): readonly PodAffinityTerm[] {
  const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...preferred.flatMap(({ podAffinityTerm }) => podAffinityTerm ?? []),
  ];
}

type Narrowed = Pick<PodAffinityTerm, 'labelSelector' | 'matchLabelKeys' | 'mismatchLabelKeys'>;

function mergeInto(narrowed: Narrowed, labels: Labels): void {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = narrowed;
  const added = [
    ...requirements(matchLabelKeys, 'In', labels),
    ...requirements(mismatchLabelKeys, 'NotIn', labels),
  ];
  if (labelSelector === undefined || added.length === 0) return;
  labelSelector.matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added];
}

function requirements(
  keys: readonly string[],
  operator: 'In' | 'NotIn',
  labels: Labels,
): readonly LabelSelectorRequirement[] {
  return keys.flatMap((key) => {
    const value = ownValue(labels, key);
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}
