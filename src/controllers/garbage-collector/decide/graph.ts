/**
 * Who owns whom, read off the caches: there is no graph of its own to keep right. Every watched kind
 * files its objects under the uids of their owners.
 */
import type { View } from '#api/decision.ts';
import { apiVersionOf, type Kind } from '#api/kind.ts';
import { keyOf, type KubeObject, splitKey } from '#api/object.ts';
import { type KindLookup, splitApiVersion } from '#api/lookup.ts';
import type { OwnerReference } from '#api/types.ts';

/** An object with its kind as data: the object's own words may be of another version. */
export interface Item {
  readonly kind: Kind;
  readonly object: KubeObject;
}

export const foreground = 'foregroundDeletion';
export const orphan = 'orphan';

/** Files objects by the uid of each owner, for `View.byIndex`. */
export const ownerUidIndex = {
  owner: ({ metadata }: KubeObject): readonly string[] =>
    metadata.ownerReferences?.map(({ uid }) => uid) ?? [],
};

/** The uid belongs to the key: what becomes of an object's dependents is decided after it has gone. */
export function itemKey(kind: Kind, object: KubeObject): string {
  return `${apiVersionOf(kind)}/${kind.resource} ${keyOf(object)} ${object.metadata.uid ?? ''}`;
}

export interface ItemName {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
}

export function readItemKey(kinds: ReadonlyMap<string, Kind>, key: string): ItemName | undefined {
  const [type = '', path = '', uid = ''] = key.split(' ');
  const kind = kinds.get(type);
  return kind === undefined ? undefined : { kind, ...splitKey(path), uid };
}

export function dependentsOf(view: View, kinds: readonly Kind[], uid: string): readonly Item[] {
  const items: Item[] = [];
  for (const kind of kinds) {
    for (const object of view.byIndex(kind, 'owner', uid)) items.push({ kind, object });
  }
  return items;
}

/**
 * - `present`: it is there.
 * - `waiting`: it is there, but only until its dependents are gone.
 * - `absent`: the view does not show it. The server must say so, too, before that has consequences.
 * - `unknown`: nobody can say: its kind is not served, or it could not own this object.
 */
export type Standing =
  | { readonly state: 'present' | 'waiting' | 'unknown' }
  | { readonly state: 'absent'; readonly name: ItemName };

export function standingOf(
  view: View,
  lookup: KindLookup,
  item: Item,
  owner: OwnerReference,
): Standing {
  const kind = kindOf(lookup, owner);
  if (kind === undefined) return { state: 'unknown' };
  // A cluster-wide object cannot say in which namespace its owner would be.
  if (kind.namespaced && !item.kind.namespaced) return { state: 'unknown' };
  const namespace = kind.namespaced ? item.object.metadata.namespace : undefined;
  const found = view.get(kind, namespace, owner.name);
  if (found?.metadata.uid !== owner.uid) {
    return { state: 'absent', name: { kind, namespace, name: owner.name, uid: owner.uid } };
  }
  return { state: isWaiting(found) ? 'waiting' : 'present' };
}

/** It is being deleted in the foreground: its dependents go first. */
export function isWaiting({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && hasFinalizer(metadata, foreground);
}

export function hasFinalizer(metadata: KubeObject['metadata'], finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

/** Another version of the same kind serves as well. */
function kindOf(lookup: KindLookup, owner: OwnerReference): Kind | undefined {
  const { group } = splitApiVersion(owner.apiVersion);
  return (
    lookup.byObject(owner) ??
    lookup.kinds.find((kind) => kind.group === group && kind.kind === owner.kind)
  );
}
