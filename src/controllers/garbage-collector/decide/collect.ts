/**
 * What becomes of objects whose owners go (Kubernetes concepts, "Garbage collection"):
 * an object all of whose owners are gone is deleted; one that keeps an owner loses the references to
 * the others; an owner deleted in the foreground waits for the dependents that block it; one deleted
 * with orphaning is taken out of its dependents first.
 */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import type { KindLookup } from '#api/lookup.ts';
import type { OwnerReference } from '#api/types.ts';
import { ownersPatch } from '../../decide/owners.ts';
import {
  dependentsOf,
  foreground,
  hasFinalizer,
  type Item,
  type ItemName,
  isWaiting,
  orphan,
  readItemKey,
  type Standing,
  standingOf,
} from './graph.ts';

export interface Collection {
  /** Watched kinds, filed by their owners' uids. */
  readonly kinds: readonly Kind[];
  /** The same by `group/version/resource`. */
  readonly byType: ReadonlyMap<string, Kind>;
  readonly lookup: KindLookup;
}

/** Dependents looked after in one decision; the rest in the next ones. */
const batchMax = 500;

export function decideCollection(collection: Collection, view: View, key: string): Decision {
  const name = readItemKey(collection.byType, key);
  if (name === undefined) return nothingToDo;
  const object = view.get(name.kind, name.namespace, name.name);
  if (object === undefined || object.metadata.uid !== name.uid) {
    return { actions: afterTheOwner(collection, view, name) };
  }
  const item = { kind: name.kind, object };
  if (object.metadata.deletionTimestamp === undefined) {
    return { actions: plan(settling(collection, view, item)) };
  }
  if (hasFinalizer(object.metadata, orphan)) return { actions: orphaning(collection, view, item) };
  if (isWaiting(object)) return { actions: waiting(collection, view, item) };
  return nothingToDo;
}

/** Steps for one object: what must be confirmed first, then the step itself. */
interface Settlement {
  readonly absent: readonly ItemName[];
  readonly action: Action | undefined;
}

const settled: Settlement = { absent: [], action: undefined };

/** Each absent owner is asked for once, however many objects name it. */
function plan(...settlements: readonly Settlement[]): readonly Action[] {
  const steps = settlements.flatMap(({ action }) => (action === undefined ? [] : [action]));
  if (steps.length === 0) return [];
  const absent = new Map<string, ItemName>();
  for (const settlement of settlements) {
    if (settlement.action === undefined) continue;
    for (const name of settlement.absent)
      absent.set(`${name.uid} ${name.namespace} ${name.name}`, name);
  }
  const confirmations = [...absent.values()].map(
    (name): Action => ({ type: 'confirmAbsent', ...name }),
  );
  return [
    ...confirmations,
    steps.length === 1 && steps[0] ? steps[0] : { type: 'together', actions: steps },
  ];
}

function afterTheOwner(collection: Collection, view: View, owner: ItemName): readonly Action[] {
  const dependents = dependentsOf(view, collection.kinds, owner.uid);
  const alive = dependents.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  return plan(...alive.slice(0, batchMax).map((item) => settling(collection, view, item)));
}

/** An object that is not being deleted: whether its owners still justify it. */
function settling(collection: Collection, view: View, item: Item): Settlement {
  const owners = item.object.metadata.ownerReferences ?? [];
  if (owners.length === 0) return settled;
  const standings = owners.map((owner): [OwnerReference, Standing] => [
    owner,
    standingOf(view, collection.lookup, item, owner),
  ]);
  if (standings.some(([, { state }]) => state === 'unknown')) return settled;
  const absent = standings.flatMap(([, standing]) =>
    standing.state === 'absent' ? [standing.name] : [],
  );
  const present = standings.filter(([, { state }]) => state === 'present').map(([owner]) => owner);
  if (present.length === owners.length) return settled;
  if (present.length > 0) {
    return { absent, action: ownersPatch(item.kind, item.object, present) };
  }
  const isAwaited = standings.some(([, { state }]) => state === 'waiting');
  return isAwaited ? awaited(collection, view, item, absent) : { absent, action: deletion(item) };
}

/** Some owner waits for it: it goes in the foreground as well when it has dependents of its own. */
function awaited(
  collection: Collection,
  view: View,
  item: Item,
  absent: readonly ItemName[],
): Settlement {
  const dependents = dependentsOf(view, collection.kinds, item.object.metadata.uid ?? '');
  if (dependents.length === 0) return { absent, action: deletion(item) };
  const owners = item.object.metadata.ownerReferences ?? [];
  // In a circle everybody would wait for everybody: somebody must stop blocking.
  const isCircle = dependents.some(({ object }) => isWaiting(object));
  if (isCircle && owners.some(({ blockOwnerDeletion }) => blockOwnerDeletion === true)) {
    const unblocked = owners.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    return { absent, action: ownersPatch(item.kind, item.object, unblocked) };
  }
  return { absent, action: deletion(item, 'Foreground') };
}

/** An owner that is being deleted in the foreground. */
function waiting(collection: Collection, view: View, item: Item): readonly Action[] {
  const { uid = '' } = item.object.metadata;
  const dependents = dependentsOf(view, collection.kinds, uid);
  const blocks = ({ object }: Item): boolean =>
    object.metadata.ownerReferences?.some(
      (owner) => owner.uid === uid && owner.blockOwnerDeletion === true,
    ) === true;
  if (!dependents.some(blocks)) return [withoutFinalizer(item, foreground)];
  const alive = dependents.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  return plan(...alive.slice(0, batchMax).map((each) => settling(collection, view, each)));
}

function orphaning(collection: Collection, view: View, item: Item): readonly Action[] {
  const { uid = '' } = item.object.metadata;
  const dependents = dependentsOf(view, collection.kinds, uid);
  const releases = dependents.map(({ kind, object }) => {
    const others = object.metadata.ownerReferences?.filter((owner) => owner.uid !== uid) ?? [];
    return ownersPatch(kind, object, others);
  });
  if (releases.length === 0) return [withoutFinalizer(item, orphan)];
  return [{ type: 'together', actions: releases }, withoutFinalizer(item, orphan)];
}

/** With the version as precondition: references that came in the meantime are looked at first. */
function deletion({ kind, object }: Item, wanted?: 'Foreground'): Action {
  const { namespace, name, uid, resourceVersion, finalizers = [] } = object.metadata;
  const asked = finalizers.includes(orphan) ? 'Orphan' : undefined;
  const keeps = finalizers.includes(foreground) ? 'Foreground' : 'Background';
  const propagationPolicy = wanted ?? asked ?? keeps;
  return { type: 'delete', kind, namespace, name, uid, resourceVersion, propagationPolicy };
}

function withoutFinalizer({ kind, object }: Item, finalizer: string): Action {
  const { namespace, name, uid, resourceVersion, finalizers = [] } = object.metadata;
  const rest = finalizers.filter((each) => each !== finalizer);
  const patch = { metadata: { uid, resourceVersion, finalizers: rest } };
  return { type: 'patch', kind, namespace, name, patch };
}
