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

export function isChosen({ propagationPolicy, orphanDependents }: DeleteOptions): boolean {
  return propagationPolicy !== undefined || orphanDependents !== undefined;
}

/**
 * The finalizers that a deletion with these options leaves, in their order. Without a choice, what
 * stands there stays, and where nothing does the kind's own habit counts.
 */
export function finalizersFor(kind: Kind, object: KubeObject, options: DeleteOptions): string[] {
  const { finalizers = [] } = object.metadata;
  const { propagationPolicy: policy, orphanDependents } = options;
  if (!isChosen(options)) {
    const decided = finalizers.includes(orphan) || finalizers.includes(foreground);
    return kind.orphansByDefault && !decided ? [...finalizers, orphan] : [...finalizers];
  }
  const kept = finalizers.filter((each) => each !== orphan && each !== foreground);
  if (policy === 'Orphan' || orphanDependents === true) return [...kept, orphan];
  return policy === 'Foreground' ? [...kept, foreground] : kept;
}
