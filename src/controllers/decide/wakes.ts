/** Which keys of an owner's loop a changed object wakes. */
import type { View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { keyOf, type KubeObject } from '#api/object.ts';
import { matchesSelector } from '#api/selector.ts';
import type { LabelSelector } from '#api/types.ts';
import { controllerOf } from './owners.ts';

/** The controller of the object, when it is of the kind; for an orphan all that might adopt it. */
export function wakeOwners<T extends KubeObject & { spec: { selector: LabelSelector } }>(
  kind: Kind<T>,
): Wakes {
  return wakeOwnersBy(kind, ({ spec }) => spec.selector);
}

type Wakes = (object: KubeObject, view: View) => readonly string[];

export function wakeOwnersBy<T extends KubeObject>(
  kind: Kind<T>,
  selectorOf: (owner: T) => LabelSelector,
): Wakes {
  return (object, view) => {
    const { namespace = '', labels } = object.metadata;
    const owner = controllerOf(object);
    if (owner !== undefined) {
      return owner.kind === kind.kind ? [`${namespace}/${owner.name}`] : [];
    }
    if (labels === undefined) return [];
    const adopters = view.list(kind, namespace);
    return adopters.filter((each) => matchesSelector(selectorOf(each), labels)).map(keyOf);
  };
}
