/** Which logs of pods that are gone stay readable, and under whose name. */
import type { Pod } from '#api/types.ts';

/** What a pod was part of: what people look for when the pod itself is gone. */
export interface Workload {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

export interface KeptContainer {
  readonly name: string;
  readonly restartCount: number;
  /** Of its last end; absent where none was seen. */
  readonly exitCode?: number;
  readonly reason?: string;
}

export interface KeptPod {
  readonly workload: Workload;
  readonly pod: string;
  readonly uid: string;
  readonly endedAtMs: number;
  readonly containers: readonly KeptContainer[];
}

const hashLabel = 'pod-template-hash';

/** The controller's own name; of a ReplicaSet that a Deployment made, the Deployment's. */
export function workloadOf({ metadata }: Pod): Workload {
  const { namespace = '', name = '', ownerReferences = [], labels = {} } = metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (!owner || owner.kind === 'Node') return { namespace, kind: 'Pod', name };
  const hash = labels[hashLabel];
  if (owner.kind === 'ReplicaSet' && hash && owner.name.endsWith(`-${hash}`)) {
    const deployment = owner.name.slice(0, -hash.length - 1);
    return { namespace, kind: 'Deployment', name: deployment };
  }
  return { namespace, kind: owner.kind, name: owner.name };
}

export function keptPodOf(pod: Pod, endedAtMs: number): KeptPod {
  const { status, metadata } = pod;
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return {
    workload: workloadOf(pod),
    pod: metadata.name ?? '',
    uid: metadata.uid ?? '',
    endedAtMs,
    containers: statuses.map(({ name, restartCount, state, lastState }) => {
      const ended = state?.terminated ?? lastState?.terminated;
      return {
        name,
        restartCount,
        ...(ended && { exitCode: ended.exitCode, reason: ended.reason ?? '' }),
      };
    }),
  };
}

/** With the bytes of its logs. */
export interface KeptSize {
  readonly kept: KeptPod;
  readonly bytes: number;
}

export interface KeptBounds {
  readonly podsPerWorkload: number;
  readonly pods: number;
  readonly bytes: number;
  readonly ageMs: number;
}

/** Those that go: the oldest of each workload beyond its share, too old ones, the oldest of all beyond the whole. */
export function excessLogs(all: readonly KeptSize[], bounds: KeptBounds, now: number): KeptPod[] {
  const newestFirst = [...all].sort((a, b) => b.kept.endedAtMs - a.kept.endedAtMs);
  const counts = new Map<string, number>();
  const gone: KeptPod[] = [];
  let bytes = 0;
  let left = 0;
  for (const { kept, bytes: own } of newestFirst) {
    const { namespace, kind, name } = kept.workload;
    const key = `${namespace}/${kind}/${name}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const isOld = now - kept.endedAtMs > bounds.ageMs;
    const isFull = left >= bounds.pods || bytes + own > bounds.bytes;
    if (count > bounds.podsPerWorkload || isOld || isFull) {
      gone.push(kept);
      continue;
    }
    left += 1;
    bytes += own;
  }
  return gone;
}
