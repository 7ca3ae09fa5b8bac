/**
 * Which part of an object a write may touch. The main resource leaves status alone where status is
 * a subresource; a subresource changes its own subtree and nothing else of the object but labels,
 * annotations and finalizers (what Kubernetes' own status strategies let through).
 */
import { deepCopy, deepFreeze, isJsonObject, type JsonObject, shallowCopy } from '#api/copy.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Target } from './core.ts';

/** Takes from `proposed` into a copy of the previous object what the subresource owns. */
type Take = (next: JsonObject, proposed: JsonObject) => void;

const takeStatus = take('status');

const takes: Readonly<Record<string, Take>> = {
  status: takeStatus,
  /** Namespace: the content is gone, or one of its holders let go. */
  finalize: takeFromSpec('finalizers'),
  ephemeralcontainers: takeFromSpec('ephemeralContainers'),
  approval: takeStatus,
  binding: (next, proposed) => {
    takeFromSpec('nodeName')(next, proposed);
    take('status')(next, proposed);
  },
  resize: (next, proposed) => {
    takeFromSpec('containers')(next, proposed);
    takeFromSpec('initContainers')(next, proposed);
    takeFromSpec('resources')(next, proposed);
  },
};

export function isScoped(subresource: string): boolean {
  return Object.hasOwn(takes, subresource);
}

/**
 * A private copy of what a body proposes. Status is written most often, and by far most of such a body
 * is the rest of the object, which it cannot touch: only what counts is copied.
 */
export function proposalOf(target: Target, body: KubeObject, previous: KubeObject): KubeObject {
  if (takes[target.subresource ?? ''] !== takeStatus) return deepCopy(body);
  const { apiVersion, kind, metadata, status } = body as KubeObject & { status?: unknown };
  const own = { apiVersion, kind, metadata: copyOfMetadata(metadata), status: deepCopy(status) };
  return { ...(needsNoDefaults(target) ? previous : twoLevels(previous)), ...own };
}

/** Who owns what is replaced as a whole, never changed in its place, and is much the largest part. */
function copyOfMetadata({ managedFields, ...metadata }: KubeObject['metadata']) {
  const copy = deepCopy(metadata) as KubeObject['metadata'];
  if (managedFields !== undefined) copy.managedFields = deepFreeze(managedFields);
  return copy;
}

/**
 * What a patch can but pass on, of the parts that nothing changes in their place. A patch of the status
 * has the rest of the object from the one before; all others have at least its owners from there.
 */
export function passedOn(target: Target, { metadata, ...rest }: KubeObject): JsonObject {
  const { managedFields } = metadata;
  if (!needsNoDefaults(target)) return { metadata: { managedFields } };
  return { ...rest, metadata: { ...metadata }, status: undefined };
}

/** Nothing of the proposal that counts has defaults. */
export function needsNoDefaults({ kind, subresource = '' }: Target): boolean {
  return takes[subresource] === takeStatus && !kind.defaultsStatus;
}

/** What defaults may write to: they ask for no more than the spec's own fields of an object that has them. */
function twoLevels(object: KubeObject): KubeObject {
  const copy = shallowCopy(object as unknown as JsonObject);
  for (const [name, part] of Object.entries(copy)) {
    if (isJsonObject(part)) copy[name] = shallowCopy(part);
  }
  return copy as unknown as KubeObject;
}

/**
 * The object that the proposal asks for, as far as it may. `proposed` is a private copy and is used up;
 * what the write cannot touch is the frozen part of `previous` itself, so that nobody copies, compares
 * or freezes it again.
 */
export function scoped(
  kind: Kind,
  subresource: string | undefined,
  proposed: KubeObject,
  previous: KubeObject,
): KubeObject {
  if (subresource === undefined) {
    if (kind.hasStatus) {
      take('status')(proposed as unknown as JsonObject, previous as unknown as JsonObject);
    }
    return proposed;
  }
  const metadata = { ...previous.metadata } as JsonObject;
  for (const name of ownOfMetadata) {
    const value = proposed.metadata[name];
    if (value !== undefined) metadata[name] = value;
    else if (metadata[name] !== undefined) delete metadata[name];
  }
  const next = { ...previous, metadata } as unknown as KubeObject;
  takes[subresource]?.(next as unknown as JsonObject, proposed as unknown as JsonObject);
  return next;
}

/** What a subresource may say of the metadata. */
const ownOfMetadata = [
  'labels',
  'annotations',
  'finalizers',
  'managedFields',
  'resourceVersion',
  'uid',
] as const;

function take(field: string): Take {
  return (next, proposed) => {
    if (proposed[field] === undefined) delete next[field];
    else next[field] = proposed[field];
  };
}

function takeFromSpec(field: string): Take {
  return (next, proposed) => {
    const spec = shallowCopy((next['spec'] ?? {}) as JsonObject);
    take(field)(spec, (proposed['spec'] ?? {}) as JsonObject);
    next['spec'] = spec;
  };
}
