import type { View } from '#api/decision.ts';
import { apiVersionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { lookupOf } from '#api/lookup.ts';
import type { LoopDefinition, Source } from '#client/loop.ts';
import { isWatchedContent } from '../decide/contents.ts';
import { isSame } from '../decide/same.ts';
import { type Collection, decideCollection } from './decide/collect.ts';
import { isWaiting, itemKey, ownerUidIndex, standingOf } from './decide/graph.ts';

/** Deletes what is owned by nobody any more. `kinds` are all kinds of the API. */
export function garbageCollector(kinds: readonly Kind[]): LoopDefinition {
  const watched = kinds.filter(isWatchedContent);
  const collection: Collection = {
    kinds: watched,
    byType: new Map(watched.map((kind) => [`${apiVersionOf(kind)}/${kind.resource}`, kind])),
    lookup: lookupOf(watched),
  };
  return {
    name: 'generic-garbage-collector',
    sources: watched.map((kind) => sourceOf(collection, kind)),
    decide: (view, key) => decideCollection(collection, view, key),
    workers: 20,
  };
}

function sourceOf(collection: Collection, kind: Kind): Source {
  return {
    kind,
    indexes: ownerUidIndex,
    keysOf: (object, view) => [
      itemKey(kind, object),
      ...waitingOwners(collection, kind, object, view),
    ],
    matters: (previous, next) =>
      previous.metadata.uid !== next.metadata.uid ||
      previous.metadata.deletionTimestamp !== next.metadata.deletionTimestamp ||
      !isSame(previous.metadata.ownerReferences, next.metadata.ownerReferences) ||
      !isSame(previous.metadata.finalizers, next.metadata.finalizers),
  };
}

/** Owners that are held until this object goes. */
function waitingOwners(
  { lookup }: Collection,
  kind: Kind,
  object: KubeObject,
  view: View,
): readonly string[] {
  const keys: string[] = [];
  for (const owner of object.metadata.ownerReferences ?? []) {
    const ownerKind = lookup.byObject(owner);
    if (ownerKind === undefined) continue;
    if (standingOf(view, lookup, { kind, object }, owner).state !== 'waiting') continue;
    const namespace = ownerKind.namespaced ? object.metadata.namespace : undefined;
    const found = view.get(ownerKind, namespace, owner.name);
    if (found !== undefined && isWaiting(found)) keys.push(itemKey(ownerKind, found));
  }
  return keys;
}
