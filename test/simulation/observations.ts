/** What the invariants remember of a run: how things were so lately that loops may still act on it. */
import {
  cronJobs,
  daemonSets,
  deployments,
  horizontalPodAutoscalers,
  jobs,
  leases,
  nodes,
  podDisruptionBudgets,
  pods,
  replicaSets,
  resourceQuotas,
  statefulSets,
} from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Deployment, Node, Pod, ReplicaSet } from '#api/types.ts';
import { requestOf } from '#scheduler/decide/resources.ts';
import { prefixOf } from '#server/core/keys.ts';
import type { SimulatedCluster } from './cluster.ts';
import type { LedgerChange } from './ledger.ts';
import { NodeDoors } from './node-doors.ts';
import { isDone, isEvicted, isHealthy, isReady, ownerOf, replicasOf } from './reading.ts';
import { RecentForms } from './recent-forms.ts';
import { surgeOf } from './set-bounds.ts';

/** So old may be what a loop knows. */
export const staleMs = 60_000;

/** A healthy pod that went otherwise than by eviction. */
export interface Loss {
  readonly namespace: string | undefined;
  readonly labels: Record<string, string>;
  readonly atMs: number;
}

/** What they want may change, and bounds what happens. */
const bounding = [
  deployments as Kind,
  replicaSets as Kind,
  statefulSets as Kind,
  daemonSets as Kind,
  podDisruptionBudgets as Kind,
  horizontalPodAutoscalers as Kind,
  cronJobs as Kind,
  jobs as Kind,
].map((kind) => prefixOf(kind));
/** What quotas count here, and they themselves. */
const counted = [pods as Kind, jobs as Kind, resourceQuotas as Kind].map((kind) => prefixOf(kind));

const prefixes = {
  node: prefixOf(nodes as Kind),
  pod: prefixOf(pods as Kind),
  nodeLease: `${prefixOf(leases as Kind)}kube-node-lease/`,
};

export class Observations {
  readonly cluster: SimulatedCluster;
  /** Nothing but rolling updates happens, so that none may take too many pods away. */
  undisturbedSinceMs: number | undefined;
  /** Of what bounds something. */
  readonly #forms = new RecentForms(staleMs);
  /** By uid of a pod: since when it is not ready. */
  readonly #unreadySinceMs = new Map<string, number>();
  readonly #renewedAtMs = new Map<string, number>();
  readonly doors = new NodeDoors();
  /** By uid of a pod: when it took room that no scheduler had found for it. */
  readonly #unforeseenAtMs = new Map<string, number>();
  /** Raised whenever something changes that quotas count. */
  counts = 0;
  #losses: Loss[] = [];
  #loopsRunSinceMs: number | undefined;
  #lateAtMs = Number.NEGATIVE_INFINITY;

  constructor(cluster: SimulatedCluster) {
    this.cluster = cluster;
  }

  get now(): number {
    return this.cluster.time.elapsedMs;
  }

  /** How long the loops have been running without a break. */
  get loopsRunForMs(): number {
    return this.now - (this.#loopsRunSinceMs ?? this.now);
  }

  /** How long every message has arrived at once. */
  get punctualForMs(): number {
    return this.now - this.#lateAtMs;
  }

  /** Other than evicted ones, and lately. */
  get losses(): readonly Loss[] {
    this.#losses = this.#losses.filter(({ atMs }) => atMs >= this.now - staleMs);
    return this.#losses;
  }

  /** How long the pod has been not ready; undefined: it is. */
  unreadyForMs(uid: string | undefined): number | undefined {
    const since = this.#unreadySinceMs.get(uid ?? '');
    return since === undefined ? undefined : this.now - since;
  }

  /** How long ago the agent of the node last renewed its lease. */
  silentForMs(node: string): number {
    return this.now - (this.#renewedAtMs.get(node) ?? Number.NEGATIVE_INFINITY);
  }

  /** All that it wanted in the time that loops may still know of, newest last. */
  formsOf<T extends KubeObject>(uid: string | undefined, forMs = staleMs): readonly T[] {
    return this.#forms.since<T>(uid, this.now - forMs);
  }

  isNew({ metadata: { uid } }: KubeObject, forMs = staleMs): boolean {
    return this.#forms.isYoungerThan(uid, this.now - forMs);
  }

  /** The most replicas that a Deployment, or pods that a ReplicaSet might have; undefined: it is another owner. */
  mostOf(uid: string | undefined): number | undefined {
    const most = this.formsOf<Deployment | ReplicaSet>(uid).flatMap(mostIn);
    return most.length === 0 ? undefined : Math.max(...most);
  }

  /** Pods of the owner that neither end nor have ended. */
  podsOf(owner: string | undefined): readonly Pod[] {
    return this.cluster.ledger
      .list(pods)
      .filter((pod) => ownerOf(pod) === owner && !pod.metadata.deletionTimestamp && !isDone(pod));
  }

  /** After every step of the clock. */
  stepped(): void {
    const { controlPlane, weather } = this.cluster;
    if (!controlPlane.started) this.#loopsRunSinceMs = undefined;
    else this.#loopsRunSinceMs ??= this.now;
    const { late, delayMs, droppedWatch, lostRequest, lostAnswer, refusal, diskFailure } = weather;
    const isRough =
      late + delayMs + droppedWatch + lostRequest + lostAnswer + refusal + diskFailure;
    if (isRough > 0 || this.cluster.disk.full) this.#lateAtMs = this.now;
  }

  changed({ key, previous, current }: LedgerChange): void {
    if (key.startsWith(prefixes.pod)) this.#podChanged(previous as Pod, current as Pod);
    else if (key.startsWith(prefixes.node)) {
      const { settings } = this.cluster.clock;
      this.doors.changed(previous as Node, current as Node, this.now, settings);
    } else if (key.startsWith(prefixes.nodeLease)) {
      if (current) this.#renewedAtMs.set(current.metadata.name, this.now);
    } else if (current && bounding.some((prefix) => key.startsWith(prefix))) {
      this.#forms.note(current, this.now);
    }
    if (counted.some((prefix) => key.startsWith(prefix))) this.counts++;
  }

  /** The pod came past the scheduler, or was resized, so lately that it may not know. */
  isUnforeseen({ metadata }: Pod): boolean {
    const at = this.#unforeseenAtMs.get(metadata.uid ?? '');
    return at !== undefined && at >= this.now - staleMs;
  }

  #podChanged(previous: Pod | undefined, current: Pod | undefined): void {
    this.#foresee(previous, current);
    const uid = (current ?? previous)?.metadata.uid ?? '';
    if (current && isReady(current)) this.#unreadySinceMs.delete(uid);
    else if (!this.#unreadySinceMs.has(uid)) this.#unreadySinceMs.set(uid, this.now);
    const wasLost = previous && isHealthy(previous) && !(current && isHealthy(current));
    if (!wasLost || (current && isEvicted(current))) return;
    const { namespace, labels = {} } = previous.metadata;
    this.#losses.push({ namespace, labels, atMs: this.now });
  }

  #foresee(previous: Pod | undefined, current: Pod | undefined): void {
    const { cluster } = this;
    const { uid = '' } = (current ?? previous)?.metadata ?? {};
    if (!current) {
      const { nodeName } = previous?.spec ?? {};
      const isThere = cluster.ledger
        .list(nodes)
        .some(({ metadata: { name } }) => name === nodeName);
      if (nodeName && !isThere) cluster.givenUp.add(uid);
      return;
    }
    const wasResized = previous && takesMore(previous, current);
    if (!current.spec.nodeName) {
      if (wasResized) this.#unforeseenAtMs.set(uid, this.now);
      return;
    }
    this.doors.came(current, this.now);
    const isNew = previous === undefined;
    if (isNew || wasResized || previous?.metadata.generation !== current.metadata.generation) {
      if (previous?.spec.nodeName || isNew) this.#unforeseenAtMs.set(uid, this.now);
    }
  }
}

function mostIn(set: Deployment | ReplicaSet): readonly number[] {
  if (set.kind === 'ReplicaSet') return [replicasOf(set)];
  return set.kind === 'Deployment' ? [replicasOf(set) + surgeOf(set as Deployment)] : [];
}

/** Also by what the node says that it holds: for the scheduler that is news, too. */
function takesMore(previous: Pod, current: Pod): boolean {
  const [before, now] = [requestOf(previous), requestOf(current)];
  return now.milliCpu > before.milliCpu || now.memory > before.memory;
}
