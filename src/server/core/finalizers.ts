/**
 * What keeps a deleted object in the store, and what the choice of propagation adds to it. The
 * garbage collector acts on these two and takes them away when it is done.
 */
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { DeleteOptions } from '#api/types.ts';

const orphan = 'orphan';
const foreground = 'foregroundDeletion';

export function isHeld(kind: Kind, object: KubeObject): boolean {
  const { finalizers = [] } = object.metadata;
  return finalizers.length > 0 || (kind.heldBy?.(object).length ?? 0) > 0;
}

/** The finalizers that a deletion with these options leaves, in their order. Without a choice, what stands there stays. */
export function finalizersFor(object: KubeObject, options: DeleteOptions): string[] {
  const { finalizers = [] } = object.metadata;
  const { propagationPolicy: policy, orphanDependents } = options;
  const chosen = policy !== undefined || orphanDependents !== undefined;
  if (!chosen) return [...finalizers];
  const kept = finalizers.filter((each) => each !== orphan && each !== foreground);
  if (policy === 'Orphan' || orphanDependents === true) return [...kept, orphan];
  return policy === 'Foreground' ? [...kept, foreground] : kept;
}
