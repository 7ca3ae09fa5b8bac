/** The pods that belong to what a person names, dead ones included as long as they are objects. */
import { ownedBy } from '#api/diagnosis/workloads.ts';
import { type SortName, sorts } from '#api/diagnosis/sorts.ts';
import { selectorOfLabels } from '#api/selector.ts';
import type { KubeObject } from '#api/object.ts';
import type { Pod, Service } from '#api/types.ts';
import { type ApiClient, listAll } from '../api/api-client.ts';
import type { Target } from '../api/target.ts';

/** Newest first. */
export async function podsOf(client: ApiClient, { sort, object }: Target): Promise<Pod[]> {
  if (sort === 'pod') return [object as Pod];
  const { namespace } = object.metadata;
  const list = async <T extends KubeObject>(name: SortName): Promise<readonly T[]> => {
    const { group, version, resource } = sorts[name];
    return (await listAll(client.verbs, { group, version, resource, namespace })) as readonly T[];
  };
  const pods = [...(await list<Pod>('pod'))].sort((a, b) => ageOf(b) - ageOf(a));
  if (sort === 'service') {
    const { selector } = (object as Service).spec ?? {};
    if (!selector || Object.keys(selector).length === 0) return [];
    const wanted = selectorOfLabels(selector);
    return pods.filter(({ metadata }) => wanted.matches(metadata.labels ?? {}));
  }
  if (sort === 'deployment' || sort === 'cronjob') {
    const between = ownedBy(object, await list(sort === 'deployment' ? 'replicaset' : 'job'));
    return pods.filter((pod) => between.some((each) => ownedBy(each, [pod]).length > 0));
  }
  return ownedBy(object, pods);
}

function ageOf({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}
