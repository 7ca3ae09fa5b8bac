/** Who owns whom: owner references, and taking over or letting go of objects by selector. */
import type { Action, View } from '#api/decision.ts';
import { apiVersionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { matchesSelector } from '#api/selector.ts';
import type { LabelSelector, OwnerReference } from '#api/types.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** The reference that marks an object as made and managed by `owner`. */
export function controllerReference(kind: Kind, owner: KubeObject): OwnerReference {
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/**
 * The two indexes by which owners find what is theirs without a look at the rest of the namespace:
 * by the controller's uid, and the objects of a namespace that nobody controls.
 */
export const ownerIndexes = {
  controller: (object: KubeObject): readonly string[] => {
    const owner = controllerOf(object);
    return owner === undefined ? [] : [owner.uid];
  },
  orphan: (object: KubeObject): readonly string[] =>
    controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : [],
};

export interface Claimant<T> {
  readonly kind: Kind;
  readonly object: KubeObject;
  readonly selector: LabelSelector;
  /** What must hold beside the selector. */
  readonly belongs?: (object: T) => boolean;
  /** What everything that is adopted gets, beside its owner. */
  readonly finalizer?: string | undefined;
}

export interface Claim<T> {
  /** Controlled by the owner and matching its selector. */
  readonly owned: readonly T[];
  /** Adoptions and releases; while there are any, the picture is not settled. */
  readonly actions: readonly Action[];
}

/**
 * Kubernetes' rule for controllers with a selector: what matches and has no controller is adopted,
 * what is controlled and no longer matches is released, nothing is taken from another controller.
 * An owner that is being deleted keeps its hands off.
 */
export function claim<T extends KubeObject>(
  view: View,
  owner: Claimant<T>,
  kind: Kind<T>,
): Claim<T> {
  const { object, selector, belongs = () => true } = owner;
  const fits = (each: T): boolean =>
    matchesSelector(selector, each.metadata.labels) && belongs(each);
  const { namespace = '', uid = '', deletionTimestamp } = object.metadata;
  const controlled = view.byIndex(kind, 'controller', uid);
  const owned = controlled.filter(fits);
  if (deletionTimestamp !== undefined) return { owned, actions: [] };
  const actions: Action[] = [];
  if (owned.length !== controlled.length) {
    const strangers = controlled.filter((each) => !owned.includes(each));
    for (const each of strangers) actions.push(releasing(kind, each, uid));
  }
  const orphans = view
    .byIndex(kind, 'orphan', namespace)
    .filter((each) => each.metadata.deletionTimestamp === undefined)
    .filter(fits);
  if (orphans.length > 0) {
    // An owner seen only in an old view could otherwise draw others into its own deletion.
    const name = object.metadata.name;
    actions.push({ type: 'confirmPresent', kind: owner.kind, namespace, name, uid });
    for (const each of orphans) actions.push(adopting(kind, each, owner));
  }
  return { owned, actions };
}

function adopting(
  kind: Kind,
  object: KubeObject,
  owner: {
    readonly kind: Kind;
    readonly object: KubeObject;
    readonly finalizer?: string | undefined;
  },
): Action {
  const others = object.metadata.ownerReferences ?? [];
  const ownerReferences = [...others, controllerReference(owner.kind, owner.object)];
  const { finalizer } = owner;
  const { finalizers: had = [] } = object.metadata;
  const finalizers = finalizer && !had.includes(finalizer) ? [...had, finalizer] : undefined;
  return ownersPatch(kind, object, ownerReferences, finalizers);
}

function releasing(kind: Kind, object: KubeObject, uid: string): Action {
  const others = object.metadata.ownerReferences ?? [];
  const ownerReferences = others.filter((owner) => owner.uid !== uid);
  return ownersPatch(kind, object, ownerReferences);
}

/** A merge patch replaces the whole list, hence the precondition on the version. */
export function ownersPatch(
  kind: Kind,
  object: KubeObject,
  ownerReferences: readonly OwnerReference[],
  finalizers?: readonly string[],
): Action {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  const patch = { metadata: { uid, resourceVersion, ownerReferences, finalizers } };
  return { type: 'patch', kind, namespace, name, patch };
}
