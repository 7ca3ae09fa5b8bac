/** How the emptying of a namespace goes, in Kubernetes' words (pkg/controller/namespace/deletion). */
import type { Failure } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { NamespaceCondition } from '#api/types.ts';

export interface Remainder {
  readonly kind: Kind;
  /** At least one. */
  readonly objects: readonly KubeObject[];
}

export interface Progress {
  readonly remainders: readonly Remainder[];
  /** The last deletion that the server refused, if it is not done yet. */
  readonly refused: Failure | undefined;
}

type Saying = Pick<NamespaceCondition, 'type' | 'status' | 'reason' | 'message'>;

export function conditionsOf(
  known: readonly NamespaceCondition[],
  { remainders, refused }: Progress,
  now: number,
): readonly NamespaceCondition[] {
  const sayings = [...passed, deleting(refused), remaining(remainders), finalizing(remainders)];
  const others = known.filter(({ type }) => sayings.every((saying) => saying.type !== type));
  const own = sayings.map((saying): NamespaceCondition => {
    const before = known.find(({ type }) => type === saying.type);
    const same = before?.status === saying.status ? before.lastTransitionTime : undefined;
    return { ...saying, lastTransitionTime: same ?? formatTime(now) };
  });
  return [...others, ...own];
}

/** gantry knows its kinds: these steps cannot fail. */
const passed: readonly Saying[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    status: 'False',
    reason: 'ResourcesDiscovered',
    message: 'All resources successfully discovered',
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    status: 'False',
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
];

function deleting(refused: Failure | undefined): Saying {
  const type = 'NamespaceDeletionContentFailure';
  if (!refused) {
    const message = 'All content successfully deleted, may be waiting on finalization';
    return { type, status: 'False', reason: 'ContentDeleted', message };
  }
  const message = `Failed to delete all resource types, 1 remaining: ${refused.resource}: ${refused.message}`;
  return { type, status: 'True', reason: 'ContentDeletionFailed', message };
}

function remaining(remainders: readonly Remainder[]): Saying {
  const type = 'NamespaceContentRemaining';
  if (remainders.length === 0) {
    const message = 'All content successfully removed';
    return { type, status: 'False', reason: 'ContentRemoved', message };
  }
  const counts = remainders.map(({ kind, objects }) => {
    const name = kind.group === '' ? `${kind.resource}.` : `${kind.resource}.${kind.group}`;
    return `${name} has ${objects.length} resource instances`;
  });
  const message = `Some resources are remaining: ${counts.sort().join(', ')}`;
  return { type, status: 'True', reason: 'SomeResourcesRemain', message };
}

function finalizing(remainders: readonly Remainder[]): Saying {
  const type = 'NamespaceFinalizersRemaining';
  const counts = new Map<string, number>();
  for (const object of remainders.flatMap(({ objects }) => objects)) {
    for (const finalizer of object.metadata.finalizers ?? []) {
      counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
    }
  }
  if (counts.size === 0) {
    const message = 'All content-preserving finalizers finished';
    return { type, status: 'False', reason: 'ContentHasNoFinalizers', message };
  }
  const words = [...counts].map(([name, count]) => `${name} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${words.sort().join(', ')}`;
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message };
}
