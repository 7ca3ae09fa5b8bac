/** Which groups and versions there are, in the order in which clients prefer them. */
import { apiVersionOf, type Kind } from '#api/kind.ts';
import { compareVersions } from './resources.ts';

export interface ServedVersion {
  readonly version: string;
  readonly groupVersion: string;
  readonly kinds: readonly Kind[];
}

export interface ServedGroup {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly ServedVersion[];
}

/** Groups in the order of their first kind: built-in ones before what custom resources add. */
export function groupKinds(kinds: readonly Kind[]): ServedGroup[] {
  const groups = new Map<string, Map<string, Kind[]>>();
  for (const kind of kinds) {
    let versions = groups.get(kind.group);
    if (!versions) groups.set(kind.group, (versions = new Map()));
    const list = versions.get(kind.version);
    if (list) list.push(kind);
    else versions.set(kind.version, [kind]);
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions]
      .sort(([a], [b]) => compareVersions(a, b))
      .map(([version, list]) => ({
        version,
        groupVersion: apiVersionOf({ group: name, version }),
        kinds: list,
      })),
  }));
}

/** metav1.APIGroup. */
export function groupDocument({ name, versions }: ServedGroup, alone = true): object {
  const listed = versions.map(({ groupVersion, version }) => ({ groupVersion, version }));
  return {
    ...(alone ? { kind: 'APIGroup', apiVersion: 'v1' } : {}),
    name,
    versions: listed,
    preferredVersion: listed[0],
  };
}
