/** APIGroupDiscoveryList (KEP-3352): every resource of every group in one answer. */
import type { Kind, Subresource } from '#api/kind.ts';
import type { ServedGroup } from './groups.ts';

export type AggregatedVersion = 'v2' | 'v2beta1';

export function aggregatedList(groups: readonly ServedGroup[], version: AggregatedVersion): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
      versions: versions.map((served) => ({
        version: served.version,
        resources: served.kinds.map(resourceOf),
        freshness: 'Current',
      })),
    })),
  };
}

function resourceOf(kind: Kind): object {
  const { group, version, subresources = [] } = kind;
  return {
    resource: kind.resource,
    responseKind: { group, version, kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames?.length ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories?.length ? { categories: kind.categories } : {}),
    ...(subresources.length > 0
      ? { subresources: subresources.map((each) => subresourceOf(kind, each)) }
      : {}),
  };
}

function subresourceOf({ group, version, kind }: Kind, { name, verbs, body }: Subresource): object {
  return { subresource: name, responseKind: body ?? { group, version, kind }, verbs };
}
