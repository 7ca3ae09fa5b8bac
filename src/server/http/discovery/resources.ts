/** metav1.APIResourceList: what one group version serves, read off its kinds. */
import { apiVersionOf, type Kind, type Subresource } from '#api/kind.ts';
import type { APIResource, APIResourceList } from '#api/types.ts';

export function resourceList(groupVersion: string, kinds: readonly Kind[]): APIResourceList {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: kinds.flatMap(resourcesOf),
  } as APIResourceList;
}

function resourcesOf(kind: Kind): APIResource[] {
  const main: APIResource = {
    name: kind.resource,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: [...kind.verbs],
    ...(kind.shortNames?.length ? { shortNames: [...kind.shortNames] } : {}),
    ...(kind.categories?.length ? { categories: [...kind.categories] } : {}),
  };
  return [main, ...(kind.subresources ?? []).map((each) => subresourceOf(kind, each))];
}

function subresourceOf(kind: Kind, { name, verbs, body }: Subresource): APIResource {
  const own = body && apiVersionOf(body) !== apiVersionOf(kind);
  return {
    name: `${kind.resource}/${name}`,
    singularName: '',
    namespaced: kind.namespaced,
    ...(own ? { group: body.group, version: body.version } : {}),
    kind: body?.kind ?? kind.kind,
    verbs: [...verbs],
  };
}

/** Versions by Kubernetes' order: v2 > v1 > v1beta2 > v1beta1 > v1alpha1. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [rank(a), rank(b)];
  for (let at = 0; at < one.length; at += 1) {
    const difference = (other[at] ?? 0) - (one[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : 1;
}

function rank(version: string): number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [0, 0, 0];
  const stage = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1;
  return [stage, Number(match[1]), Number(match[3] ?? 0)];
}
