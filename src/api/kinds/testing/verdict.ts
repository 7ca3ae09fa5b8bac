/** Runs an object through its kind as the server does, for tests that read like manifests. */
import type { FieldError } from '../../field-error.ts';
import type { Kind } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';

/** A change to a sound object, made on a copy. */
export type Change<T> = (object: T) => void;

function sentences(errors: readonly FieldError[]): string[] {
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

/** What is wrong with `base` after `change`, as a client would create it. */
export function verdictOnCreate<T extends KubeObject>(
  kind: Kind<T>,
  base: T,
  change: Change<T> = () => undefined,
): string[] {
  const object = structuredClone(base);
  change(object);
  kind.defaults?.(object);
  kind.prepareForCreate?.(object);
  const errors = [...(kind.validate?.(object) ?? []), ...(kind.validateCreate?.(object) ?? [])];
  return sentences(errors);
}

/** What is wrong with an update by `change` of what `base` became when it was created. */
export function verdictOnUpdate<T extends KubeObject>(
  kind: Kind<T>,
  base: T,
  change: Change<T>,
): string[] {
  const previous = structuredClone(base);
  kind.defaults?.(previous);
  kind.prepareForCreate?.(previous);
  const next = structuredClone(previous);
  change(next);
  kind.defaults?.(next);
  kind.prepareForUpdate?.(next, previous);
  const errors = [
    ...(kind.validate?.(next) ?? []),
    ...(kind.validateUpdate?.(next, previous) ?? []),
  ];
  return sentences(errors);
}

/** What is wrong with a write of that subresource by `change`; `before` is an object as it is stored. */
export function verdictOnSubresource<T extends KubeObject>(
  kind: Kind<T>,
  subresource: string,
  before: T,
  change: Change<T>,
): string[] {
  const previous = structuredClone(before);
  kind.defaults?.(previous);
  const next = structuredClone(previous);
  change(next);
  kind.defaults?.(next);
  kind.prepareSubresource?.[subresource]?.(next, previous);
  return sentences(kind.validateSubresource?.[subresource]?.(next, previous) ?? []);
}
