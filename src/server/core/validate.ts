/** All rules of an object: those of metadata that every kind shares, and the kind's own. */
import type { FieldError } from '#api/field-error.ts';
import type { Kind } from '#api/kind.ts';
import { validateMetadata, validateMetadataUpdate } from '#api/metadata.ts';
import type { KubeObject } from '#api/object.ts';

export function validateForCreate(kind: Kind, object: KubeObject): FieldError[] {
  return [
    ...validateMetadata(kind, object),
    ...(kind.validate?.(object) ?? []),
    ...(kind.validateCreate?.(object) ?? []),
  ];
}

/** A subresource has its own rules; the main resource's would judge parts that it cannot change. */
export function validateForUpdate(
  kind: Kind,
  subresource: string | undefined,
  next: KubeObject,
  previous: KubeObject,
): FieldError[] {
  const errors = validateMetadataUpdate(next, previous);
  if (subresource !== undefined) {
    return [...errors, ...(kind.validateSubresource?.[subresource]?.(next, previous) ?? [])];
  }
  return [
    ...validateMetadata(kind, next),
    ...errors,
    ...(kind.validate?.(next) ?? []),
    ...(kind.validateUpdate?.(next, previous) ?? []),
  ];
}
