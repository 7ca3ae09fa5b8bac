import type { Action } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';

/**
 * The finalizer stands on the object from the start, and goes when the object is being deleted and
 * nobody uses it. A merge patch replaces the whole list, hence the precondition on the version.
 */
export function protecting(
  kind: Kind,
  { metadata }: KubeObject,
  finalizer: string,
  isUsed: boolean,
): readonly Action[] {
  const { namespace, name, uid, resourceVersion, deletionTimestamp, finalizers = [] } = metadata;
  const isLeaving = deletionTimestamp !== undefined;
  const isThere = finalizers.includes(finalizer);
  if (isLeaving ? !isThere || isUsed : isThere) return [];
  const next = isLeaving
    ? finalizers.filter((each) => each !== finalizer)
    : [...finalizers, finalizer];
  const patch = { metadata: { uid, resourceVersion, finalizers: next } };
  return [{ type: 'patch', kind, namespace, name, patch }];
}
