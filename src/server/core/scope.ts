/**
 * Which part of an object a write may touch. The main resource leaves status alone where status is
 * a subresource; a subresource changes its own subtree and nothing else of the object but labels,
 * annotations and finalizers (what Kubernetes' own status strategies let through).
 */
import { deepCopy, type JsonObject } from '#api/copy.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';

/** Takes from `proposed` into a copy of the previous object what the subresource owns. */
type Take = (next: JsonObject, proposed: JsonObject) => void;

const takes: Readonly<Record<string, Take>> = {
  status: take('status'),
  /** Namespace: the content is gone, or one of its holders let go. */
  finalize: takeFromSpec('finalizers'),
  ephemeralcontainers: takeFromSpec('ephemeralContainers'),
  approval: take('status'),
  binding: (next, proposed) => {
    takeFromSpec('nodeName')(next, proposed);
    take('status')(next, proposed);
  },
  resize: (next, proposed) => {
    takeFromSpec('containers')(next, proposed);
    takeFromSpec('initContainers')(next, proposed);
  },
};

export function isScoped(subresource: string): boolean {
  return Object.hasOwn(takes, subresource);
}

/** The object that the proposal asks for, as far as it may. `proposed` is a private copy and is used up. */
export function scoped(
  kind: Kind,
  subresource: string | undefined,
  proposed: KubeObject,
  previous: KubeObject,
): KubeObject {
  if (subresource === undefined) {
    if (kind.hasStatus)
      take('status')(
        proposed as unknown as JsonObject,
        deepCopy(previous) as unknown as JsonObject,
      );
    return proposed;
  }
  const next = deepCopy(previous);
  takes[subresource]?.(next as unknown as JsonObject, proposed as unknown as JsonObject);
  const { labels, annotations, finalizers, managedFields, resourceVersion, uid } =
    proposed.metadata;
  Object.assign(next.metadata, { labels, annotations, finalizers, managedFields });
  Object.assign(next.metadata, { resourceVersion, uid });
  return next;
}

function take(field: string): Take {
  return (next, proposed) => {
    if (proposed[field] === undefined) delete next[field];
    else next[field] = proposed[field];
  };
}

function takeFromSpec(field: string): Take {
  return (next, proposed) => {
    next['spec'] ??= {};
    take(field)(next['spec'] as JsonObject, (proposed['spec'] ?? {}) as JsonObject);
  };
}
