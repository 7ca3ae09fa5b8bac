/** The pods that belong to what a person names, dead ones included as long as they are objects. */
import { type SortName, sorts } from '#api/diagnosis/sorts.ts';
import type { KubeObject } from '#api/object.ts';
import type { Pod } from '#api/types.ts';
import type { SelectOptions } from '#api/verbs.ts';
import { type ApiClient, listAll } from '../api/api-client.ts';
import type { Target } from '../api/target.ts';
import { betweenSort, membersOf } from './decide/members.ts';

/** Newest first. */
export async function podsOf(client: ApiClient, target: Target): Promise<Pod[]> {
  const { sort, object } = target;
  if (sort === 'pod') return [object as Pod];
  const namespace = sort === 'namespace' ? object.metadata.name : object.metadata.namespace;
  const list = <T extends KubeObject>(name: SortName, select?: SelectOptions) =>
    listed<T>(client, name, namespace, select);
  const between = betweenSort(sort);
  return membersOf(target, await list<Pod>('pod'), between ? await list(between) : []);
}

/** By labels, newest first. */
export async function podsLabelled(client: ApiClient, labelSelector: string): Promise<Pod[]> {
  const pods = await listed<Pod>(client, 'pod', client.namespace, { labelSelector });
  const born = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
  return [...pods].sort((a, b) => born(b) - born(a));
}

async function listed<T extends KubeObject>(
  client: ApiClient,
  name: SortName,
  namespace: string | undefined,
  select?: SelectOptions,
): Promise<readonly T[]> {
  const { group, version, resource } = sorts[name];
  const ref = { group, version, resource, namespace };
  return (await listAll(client.verbs, ref, select)) as readonly T[];
}
