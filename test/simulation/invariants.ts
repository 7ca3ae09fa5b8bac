/**
 * What must hold in every moment of a run. Controllers see the cluster a little late, and so may
 * act on what was true `staleMs` ago; every bound here allows for that and for nothing else.
 */
import {
  deployments,
  endpointSlices,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  replicaSets,
} from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import { matchesSelector } from '#api/selector.ts';
import { unitsOf } from '#api/quantity.ts';
import type { Deployment, PersistentVolumeClaim, Pod, ReplicaSet } from '#api/types.ts';
import { labels } from '#node/decide/labels.ts';
import { add, noResources, requestOf, resourcesOf } from '#scheduler/decide/resources.ts';
import { prefixOf } from '#server/core/keys.ts';
import type { Kind } from '#api/kind.ts';
import type { SimulatedCluster } from './cluster.ts';
import type { LedgerChange } from './ledger.ts';
import { isDone, isReady, ownerOf, partOf, replicasOf } from './reading.ts';
import { tooMuchTaken } from './set-bounds.ts';

const staleMs = 60_000;
/** An endpoint may be called ready for so long after its pod is not, while the loops run. */
const endpointsStaleMs = 120_000;
const endpointsEveryMs = 1_000;
const ordinalLabel = 'apps.kubernetes.io/pod-index';

interface Bound {
  readonly fromMs: number;
  readonly most: number;
}

export class Invariants {
  readonly #cluster: SimulatedCluster;
  /** By uid of Deployment or ReplicaSet: how many replicas and pods it might have, newest last. */
  readonly #bounds = new Map<string, Bound[]>();
  /** By uid of a pod: since when it is not ready. */
  readonly #unreadySinceMs = new Map<string, number>();
  readonly #prefixes = {
    deployment: prefixOf(deployments as Kind),
    replicaSet: prefixOf(replicaSets as Kind),
    pod: prefixOf(pods as Kind),
    claim: prefixOf(persistentVolumeClaims as Kind),
    volume: prefixOf(persistentVolumes as Kind),
  };
  /** Nothing but rolling updates happens, so that none may take too many pods away. */
  undisturbedSinceMs: number | undefined;
  /** Healthy pods that went otherwise than by eviction, lately. */
  #lost: { namespace: string | undefined; labels: Record<string, string>; atMs: number }[] = [];
  #seenRuns = -1;
  #seenSlicesMs = 0;
  #loopsRunSinceMs: number | undefined;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
    cluster.ledger.listen((change) => this.#changed(change));
  }

  /** After every step of the clock, when all that it set off has come to its end. */
  check(): void {
    this.#cluster.ledger.check();
    this.#noPodRunsTwice();
    this.#endpointsAreReady();
  }

  /** No two containers of one role run for the same name: not of two pods, nor on two nodes. */
  #noPodRunsTwice(): void {
    const { runs, nodes } = this.#cluster;
    if (runs === this.#seenRuns) return;
    this.#seenRuns = runs;
    const owners = new Map<string, string>();
    for (const { name: node, machine } of nodes) {
      const containers = new Set<string>();
      for (const container of machine.running) {
        const marks = container.labels;
        const pod = `${marks[labels.podNamespace]}/${marks[labels.podName]}`;
        const owner = `${container.podUid} on ${node}`;
        const other = owners.get(pod) ?? owner;
        if (other !== owner) this.#violated(`${pod} runs twice: ${other}, and ${owner}`);
        owners.set(pod, owner);
        const role = `${container.podUid}/${container.name}`;
        if (containers.has(role)) this.#violated(`${pod}: container ${container.name} runs twice`);
        containers.add(role);
      }
    }
  }

  #changed(change: LedgerChange): void {
    const { key } = change;
    if (key.startsWith(this.#prefixes.pod)) this.#podChanged(change);
    else if (key.startsWith(this.#prefixes.replicaSet)) this.#setChanged(change);
    else if (key.startsWith(this.#prefixes.claim)) this.#claimChanged(change);
    else if (key.startsWith(this.#prefixes.volume)) this.#volumeChanged(change);
    else if (key.startsWith(this.#prefixes.deployment)) {
      const app = change.current as Deployment | undefined;
      if (app) this.#allow(app, replicasOf(app) + surgeOf(app));
    }
  }

  /** A claim has one volume, for good, and no other claim has it. */
  #claimChanged({ previous, current }: LedgerChange): void {
    const claim = current as PersistentVolumeClaim | undefined;
    const before = (previous as PersistentVolumeClaim | undefined)?.spec.volumeName;
    const volume = claim?.spec.volumeName;
    if (claim === undefined || volume === before) return;
    const { name, uid } = claim.metadata;
    if (before) this.#violated(`claim ${name} went from ${before} to ${volume}`);
    const others = this.#cluster.ledger
      .list(persistentVolumeClaims)
      .filter(({ metadata, spec }) => metadata.uid !== uid && spec.volumeName === volume);
    if (others.length > 0) this.#violated(`volume ${volume} has more claims than ${name}`);
  }

  /** A volume that a claim still has is not removed. */
  #volumeChanged({ previous, current }: LedgerChange): void {
    if (current !== undefined || previous === undefined) return;
    const { name } = previous.metadata;
    const owner = this.#cluster.ledger
      .list(persistentVolumeClaims)
      .find(({ spec }) => spec.volumeName === name);
    if (owner) this.#violated(`volume ${name} of claim ${owner.metadata.name} was removed`);
  }

  /** Never more replicas in all sets of a Deployment than `replicas` + `maxSurge`. */
  #setChanged({ previous, current }: LedgerChange): void {
    const set = current as ReplicaSet | undefined;
    if (!set) return;
    this.#allow(set, replicasOf(set));
    if (replicasOf(set) <= (previous ? replicasOf(previous as ReplicaSet) : 0)) return;
    const owner = ownerOf(set);
    const most = this.#mostOf(owner);
    if (most === undefined) return;
    const total = this.#cluster.ledger
      .list(replicaSets)
      .filter((one) => ownerOf(one) === owner)
      .reduce((sum, one) => sum + replicasOf(one), 0);
    if (total > most) {
      this.#violated(`${set.metadata.name}: ${total} replicas in all sets, ${most} allowed`);
    }
  }

  #podChanged({ previous, current }: LedgerChange): void {
    const pod = current as Pod | undefined;
    const uid = (pod ?? previous)?.metadata.uid ?? '';
    if (pod && isReady(pod)) this.#unreadySinceMs.delete(uid);
    else if (!this.#unreadySinceMs.has(uid)) this.#unreadySinceMs.set(uid, this.#now);
    if (pod && !previous) this.#podCreated(pod);
    if (pod?.spec.nodeName && !(previous as Pod | undefined)?.spec.nodeName) this.#podBound(pod);
    const before = previous as Pod | undefined;
    if (before && isHealthy(before) && !(pod && isHealthy(pod))) this.#healthyLost(before, pod);
    if (before && isReady(before) && !before.metadata.deletionTimestamp) {
      if (pod?.metadata.deletionTimestamp) this.#readyPodDeleted(pod);
    }
  }

  /**
   * A budget is never broken by an eviction: what it wants is there without the evicted pod, beside
   * what others took away so lately that nobody could know of it.
   */
  #healthyLost(before: Pod, pod: Pod | undefined): void {
    const { namespace, labels: marks = {}, name } = before.metadata;
    if (!pod || !isEvicted(pod)) {
      this.#lost.push({ namespace, labels: marks, atMs: this.#now });
      return;
    }
    const lost = this.#lost.filter(({ atMs }) => atMs >= this.#now - staleMs);
    this.#lost = lost;
    for (const { metadata, spec } of this.#cluster.ledger.list(podDisruptionBudgets)) {
      const { selector, minAvailable } = spec ?? {};
      if (metadata.namespace !== namespace || typeof minAvailable !== 'number') continue;
      if (!matchesSelector(selector, marks)) continue;
      const isMeant = (of: {
        namespace?: string | undefined;
        labels?: Record<string, string> | undefined;
      }) => of.namespace === namespace && matchesSelector(selector, of.labels);
      const healthy = this.#cluster.ledger
        .list(pods)
        .filter((one) => isHealthy(one) && isMeant(one.metadata)).length;
      if (healthy + lost.filter(isMeant).length >= minAvailable) continue;
      this.#violated(
        `${name} was evicted: ${healthy} healthy pods are left, budget ${metadata.name} wants ${minAvailable}`,
      );
    }
  }

  /** Never more pods of a ReplicaSet than it asks for, beside creations that it could not know of. */
  #podCreated(pod: Pod): void {
    const owner = ownerOf(pod);
    this.#standsAlone(pod);
    const most = this.#mostOf(owner);
    if (most === undefined) return;
    const unknown = this.#cluster.lostPodsAtMs.filter((at) => at >= this.#now - staleMs).length;
    const living = this.#podsOf(owner).length;
    if (living > most + unknown) {
      this.#violated(`${pod.metadata.name}: ${living} pods of its set, ${most} allowed`);
    }
  }

  /**
   * At most one pod of an ordinal, ever: also none beside one that is still on its way out, and none
   * under another name. That its containers run once is what `#noPodRunsTwice` sees.
   */
  #standsAlone(pod: Pod): void {
    const ordinal = pod.metadata.labels?.[ordinalLabel];
    const set = ownerOf(pod);
    if (ordinal === undefined || set === undefined) return;
    const others = this.#cluster.ledger
      .list(pods)
      .filter((one) => one !== pod && ownerOf(one) === set)
      .filter(({ metadata }) => metadata.labels?.[ordinalLabel] === ordinal);
    if (others.length === 0) return;
    const names = [pod, ...others].map(({ metadata }) => metadata.name);
    this.#violated(`ordinal ${ordinal} has more than one pod: ${names.join(', ')}`);
  }

  /** No node is promised more than it has. */
  #podBound({ spec: { nodeName } }: Pod): void {
    const { ledger } = this.#cluster;
    const node = ledger.list(nodes).find(({ metadata }) => metadata.name === nodeName);
    if (!node) return;
    const { allocatable = {} } = node.status ?? {};
    const has = resourcesOf(allocatable);
    const given = noResources();
    const there = ledger.list(pods).filter((pod) => pod.spec.nodeName === nodeName && !isDone(pod));
    for (const pod of there) add(given, requestOf(pod));
    if (given.milliCpu > has.milliCpu || given.memory > has.memory) {
      this.#violated(`${nodeName} is promised ${given.milliCpu}m CPU and ${given.memory} bytes`);
    }
    if (there.length > unitsOf(allocatable['pods'] ?? '0')) {
      this.#violated(`${nodeName} is promised ${there.length} pods`);
    }
  }

  /** A rolling update alone never leaves fewer available than `replicas` − `maxUnavailable`. */
  #readyPodDeleted(pod: Pod): void {
    const { undisturbedSinceMs } = this;
    if (undisturbedSinceMs === undefined || this.#now - undisturbedSinceMs < staleMs) return;
    const { ledger } = this.#cluster;
    const words = tooMuchTaken(pod, ledger);
    if (words !== undefined) this.#violated(words);
    const set = ledger.list(replicaSets).find(({ metadata }) => metadata.uid === ownerOf(pod));
    const app = ledger.list(deployments).find(({ metadata }) => metadata.uid === ownerOf(set));
    if (!app || app.spec.strategy?.type !== 'RollingUpdate') return;
    const available = ledger
      .list(replicaSets)
      .filter((one) => ownerOf(one) === app.metadata.uid)
      .flatMap(({ metadata }) => this.#podsOf(metadata.uid))
      .filter(isReady).length;
    const least = replicasOf(app) - unavailableOf(app);
    if (available < least) {
      this.#violated(
        `${app.metadata.name}: ${available} available pods in an update, at least ${least} wanted`,
      );
    }
  }

  #endpointsAreReady(): void {
    const { controlPlane, ledger } = this.#cluster;
    if (!controlPlane.started) this.#loopsRunSinceMs = undefined;
    else this.#loopsRunSinceMs ??= this.#now;
    if (this.#now - this.#seenSlicesMs < endpointsEveryMs) return;
    this.#seenSlicesMs = this.#now;
    const loopsRunSince = this.#loopsRunSinceMs ?? this.#now;
    for (const slice of ledger.list(endpointSlices)) {
      for (const { conditions, targetRef } of slice.endpoints ?? []) {
        if (conditions?.ready !== true || targetRef?.kind !== 'Pod') continue;
        const since = this.#unreadySinceMs.get(targetRef.uid ?? '');
        if (since === undefined) continue;
        const wrongForMs = this.#now - Math.max(since, loopsRunSince);
        if (wrongForMs > endpointsStaleMs) {
          this.#violated(`${slice.metadata.name} calls ${targetRef.name} ready, which is not`);
        }
      }
    }
  }

  #podsOf(owner: string | undefined): readonly Pod[] {
    return this.#cluster.ledger
      .list(pods)
      .filter((pod) => ownerOf(pod) === owner && !pod.metadata.deletionTimestamp && !isDone(pod));
  }

  #allow({ metadata: { uid = '' } }: KubeObject, most: number): void {
    const known = this.#bounds.get(uid) ?? [];
    // The one before counts until now: it ends where the next begins.
    const recent = known.filter((_, index) => {
      const next = known[index + 1];
      return !next || next.fromMs >= this.#now - staleMs;
    });
    this.#bounds.set(uid, [...recent, { fromMs: this.#now, most }]);
  }

  #mostOf(uid: string | undefined): number | undefined {
    const known = this.#bounds.get(uid ?? '');
    if (!known) return undefined;
    const counting = known.filter((_, index) => {
      const next = known[index + 1];
      return !next || next.fromMs >= this.#now - staleMs;
    });
    return Math.max(...counting.map(({ most }) => most));
  }

  get #now(): number {
    return this.#cluster.time.elapsedMs;
  }

  #violated(words: string): void {
    this.#cluster.violated(words);
  }
}

function isHealthy(pod: Pod): boolean {
  return isReady(pod) && pod.metadata.deletionTimestamp === undefined;
}

function isEvicted({ status, metadata }: Pod): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  return status?.conditions?.some(({ reason }) => reason === 'EvictionByEvictionAPI') === true;
}
function surgeOf(app: Deployment): number {
  const { maxSurge = '25%' } = app.spec.strategy?.rollingUpdate ?? {};
  if (app.spec.strategy?.type === 'Recreate') return 0;
  const surge = partOf(maxSurge, replicasOf(app), Math.ceil);
  return surge === 0 && unavailableOf(app) === 0 ? 1 : surge;
}

function unavailableOf(app: Deployment): number {
  const { maxUnavailable = '25%' } = app.spec.strategy?.rollingUpdate ?? {};
  return partOf(maxUnavailable, replicasOf(app), Math.floor);
}
