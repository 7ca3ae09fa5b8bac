/** Which resources a cluster serves. Source: metav1 APIGroupList, APIResourceList. */
import type { CollectionRef } from '#api/verbs.ts';
import type { HttpClient } from '#wire/http/client.ts';

export interface ServedResource extends CollectionRef {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Plural, singular and short names. */
  readonly names: readonly string[];
}

interface WireResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly singularName?: string;
}

/** One version of each group: the one that it prefers. */
export async function servedResources(http: HttpClient): Promise<readonly ServedResource[]> {
  const groups = (await ask(http, '/apis')) as
    | { groups?: readonly { name: string; preferredVersion: { version: string } }[] }
    | undefined;
  const places = [
    { group: '', version: 'v1', path: '/api/v1' },
    ...(groups?.groups ?? []).map(({ name, preferredVersion: { version } }) => ({
      group: name,
      version,
      path: `/apis/${name}/${version}`,
    })),
  ];
  const lists = await Promise.all(
    places.map(async ({ group, version, path }) => {
      const list = (await ask(http, path)) as { resources?: readonly WireResource[] } | undefined;
      return (list?.resources ?? [])
        .filter(({ name }) => !name.includes('/'))
        .map(
          (each): ServedResource => ({
            group,
            version,
            resource: each.name,
            kind: each.kind,
            namespaced: each.namespaced,
            verbs: each.verbs ?? [],
            names: [
              each.name,
              each.singularName ?? '',
              each.kind.toLowerCase(),
              ...(each.shortNames ?? []),
            ],
          }),
        );
    }),
  );
  return lists.flat();
}

/** A group that cannot be asked (an aggregated server that is away) has no resources. */
async function ask(http: HttpClient, path: string): Promise<unknown> {
  const answer = await http.request({
    method: 'GET',
    path,
    headers: { accept: 'application/json' },
  });
  return answer.status === 200 ? answer.json() : undefined;
}
