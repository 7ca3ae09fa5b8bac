/** Which pods belong to what a person names. Dead ones count as long as they are objects. */
import type { SortName } from '#api/diagnosis/sorts.ts';
import { ownedBy } from '#api/diagnosis/workloads.ts';
import type { KubeObject } from '#api/object.ts';
import { selectorOfLabels } from '#api/selector.ts';
import type { Pod, Service } from '#api/types.ts';

/** Undefined as `sort`: of a kind that has no diagnosis of its own. */
export interface Named {
  readonly sort: SortName | undefined;
  readonly object: KubeObject;
}

/** The kind that stands between a workload and its pods. */
export function betweenSort(sort: SortName | undefined): 'replicaset' | 'job' | undefined {
  if (sort === 'deployment') return 'replicaset';
  return sort === 'cronjob' ? 'job' : undefined;
}

const withPods: readonly (SortName | undefined)[] = [
  'cronjob',
  'daemonset',
  'deployment',
  'job',
  'namespace',
  'pod',
  'replicaset',
  'replicationcontroller',
  'service',
  'statefulset',
];

/** Pods may still come, even if there are none. */
export function mayHavePods(sort: SortName | undefined): boolean {
  return withPods.includes(sort);
}

/** `between`: objects of `betweenSort` in the namespace. Newest first. */
export function membersOf(
  { sort, object }: Named,
  pods: readonly Pod[],
  between: readonly KubeObject[],
): Pod[] {
  return own({ sort, object }, pods, between).sort((a, b) => ageOf(b) - ageOf(a));
}

function own({ sort, object }: Named, pods: readonly Pod[], between: readonly KubeObject[]): Pod[] {
  const { uid, name } = object.metadata;
  if (sort === 'pod') return pods.filter(({ metadata }) => metadata.uid === uid);
  if (sort === 'namespace') return pods.filter(({ metadata }) => metadata.namespace === name);
  if (sort === 'service') {
    const { selector } = (object as Service).spec ?? {};
    if (!selector || Object.keys(selector).length === 0) return [];
    const wanted = selectorOfLabels(selector);
    return pods.filter(({ metadata }) => wanted.matches(metadata.labels ?? {}));
  }
  if (betweenSort(sort) === undefined) return ownedBy(object, pods);
  const uids = new Set(ownedBy(object, between).map(({ metadata }) => metadata.uid));
  return pods.filter(({ metadata }) =>
    metadata.ownerReferences?.some((each) => uids.has(each.uid)),
  );
}

function ageOf({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}
