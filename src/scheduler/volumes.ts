/**
 * The scheduler's picture of claims and volumes, with the promises that its own decisions made, and
 * the step before a pod is bound: its volumes are asked for on its node, and it waits until they are
 * there.
 */
import type { Action } from '#api/decision.ts';
import {
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  storageClasses,
} from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import { isFinal } from '#api/pod-phase.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import {
  hasAnnotation,
  isFullyBound,
  isHeldFor,
  podClaimIndex,
  referenceTo,
  volumeIndexes,
} from '#api/storage/claims.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '#api/types.ts';
import type { Timers } from '#base/clock.ts';
import type { Carrier } from '#client/carry-out.ts';
import type { Informers } from '#client/informers.ts';
import type { ClusterEvent } from './decide/cures.ts';
import type { PodNeeds } from './decide/pod-needs.ts';
import type { VolumeFacts, VolumePlan } from './decide/volumes.ts';

export interface VolumesOptions {
  readonly informers: Informers;
  readonly timers: Timers;
  readonly carrier: Carrier;
  /** The node on which the pod counts. */
  readonly nodeOf: (podKey: string) => string | undefined;
  /** Something changed that may let pods go which `mayHelp`. */
  readonly changed: (event: ClusterEvent, mayHelp: (needs: PodNeeds) => boolean) => void;
}

/** Kubernetes: VolumeBinding's bindTimeoutSeconds. */
const bindMaxMs = 600_000;

/** Why the volumes of a pod were not bound; it is scheduled anew. */
export class VolumesNotBound extends Error {
  override readonly name = 'VolumesNotBound';
}

interface Waiter {
  readonly plan: VolumePlan;
  readonly node: string;
  readonly settle: (problem?: string) => void;
}

export class Volumes implements VolumeFacts {
  readonly #options: VolumesOptions;
  /** Volume → claim, and pod → its volumes, until the server says so itself. */
  readonly #promises = new Map<string, string>();
  readonly #promisedFor = new Map<string, readonly string[]>();
  readonly #waiting = new Set<Waiter>();
  readonly #unlisten: (() => void)[] = [];

  constructor(options: VolumesOptions) {
    const { informers } = options;
    this.#options = options;
    informers.of(persistentVolumeClaims);
    informers.of(storageClasses);
    informers.of(pods).cache.addIndex('claim', podClaimIndex.claim);
    informers.of(persistentVolumes).cache.addIndex('class', volumeIndexes.class);
  }

  async start(): Promise<void> {
    const { informers } = this.#options;
    const claims = informers.of(persistentVolumeClaims);
    const volumes = informers.of(persistentVolumes);
    const classes = informers.of(storageClasses);
    await Promise.all([claims, volumes, classes].map((each) => each.whenSynced()));
    this.#unlisten.push(
      claims.listen((previous, next) => this.#claimChanged(next ?? previous)),
      volumes.listen((previous, next) => this.#volumeChanged(next ?? previous)),
      classes.listen(() => this.#options.changed('volumes', hasVolumes)),
    );
  }

  /** Whoever waits for volumes is told that it was in vain. */
  stop(): void {
    for (const unlisten of this.#unlisten) unlisten();
    for (const { settle } of this.#waiting) settle('the scheduler is stopping');
  }

  claim(namespace: string, name: string): PersistentVolumeClaim | undefined {
    return this.#options.informers.of(persistentVolumeClaims).cache.get(`${namespace}/${name}`);
  }

  volume(name: string): PersistentVolume | undefined {
    return this.#options.informers.of(persistentVolumes).cache.get(name);
  }

  volumesOfClass(name: string): readonly PersistentVolume[] {
    return this.#options.informers.of(persistentVolumes).cache.byIndex('class', name);
  }

  storageClass(name: string): StorageClass | undefined {
    return this.#options.informers.of(storageClasses).cache.get(name);
  }

  promisedTo(volume: string): string | undefined {
    return this.#promises.get(volume);
  }

  nodesUsing(claim: string, podKey: string): readonly (string | undefined)[] {
    const nodes: (string | undefined)[] = [];
    for (const pod of this.#options.informers.of(pods).cache.byIndex('claim', claim)) {
      const key = keyOf(pod);
      if (key === podKey || isFinal(pod.status?.phase)) continue;
      const node = this.#options.nodeOf(key);
      if (node !== undefined || pod.spec.nodeName) nodes.push(node);
    }
    return nodes;
  }

  /** From now on no other decision takes these volumes. */
  promise({ key }: PodNeeds, plan: VolumePlan): void {
    for (const { claim, volume } of plan.bindings) {
      this.#promises.set(volume.metadata.name, keyOf(claim));
    }
    const names = plan.bindings.map(({ volume }) => volume.metadata.name);
    if (names.length > 0) this.#promisedFor.set(key, names);
  }

  /** A claim that one pod may have is free for the next. */
  podGone(pod: Pod): void {
    const claims = podClaimIndex.claim(pod);
    if (claims.length === 0) return;
    this.#options.changed('volumes', (needs) =>
      podClaimIndex.claim(needs.pod).some((claim) => claims.includes(claim)),
    );
  }

  forget(podKey: string): void {
    for (const name of this.#promisedFor.get(podKey) ?? []) this.#promises.delete(name);
    this.#promisedFor.delete(podKey);
  }

  /** Settles when every claim of the plan has its volume; rejects when that cannot be any more. */
  async bind(plan: VolumePlan, node: string): Promise<void> {
    if (plan.bindings.length === 0 && plan.provisions.length === 0) return;
    await this.#options.carrier.carryOut([
      ...plan.bindings.map(reserving),
      ...plan.provisions.filter((claim) => !isSelected(claim, node)).map(selecting(node)),
    ]);
    await this.#whenBound(plan, node);
  }

  async #whenBound(plan: VolumePlan, node: string): Promise<void> {
    const { timers } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const settle = (problem?: string): void => {
      if (problem === undefined) resolve();
      else reject(new VolumesNotBound(problem));
    };
    const waiter: Waiter = { plan, node, settle };
    const late = timers.after(bindMaxMs, () => settle('timed out waiting for the volumes'));
    this.#waiting.add(waiter);
    this.#look(waiter);
    try {
      await promise;
    } finally {
      late.cancel();
      this.#waiting.delete(waiter);
    }
  }

  #look({ plan, node, settle }: Waiter): void {
    const wanted = [...plan.bindings.map(({ claim }) => claim), ...plan.provisions];
    let isBound = true;
    for (const { metadata } of wanted) {
      const claim = this.claim(metadata.namespace ?? '', metadata.name);
      if (claim === undefined || claim.metadata.uid !== metadata.uid) {
        return settle(`persistentvolumeclaim "${metadata.name}" is gone`);
      }
      isBound &&= isFullyBound(claim);
      const isProvision = plan.provisions.some((each) => each.metadata.uid === metadata.uid);
      if (isProvision && !isFullyBound(claim) && !isSelected(claim, node)) {
        return settle(`no volume can be made for "${metadata.name}" on the selected node`);
      }
    }
    if (isBound) settle();
  }

  #claimChanged(claim: PersistentVolumeClaim | undefined): void {
    if (claim === undefined) return;
    for (const waiter of this.#waiting) this.#look(waiter);
    const key = keyOf(claim);
    this.#options.changed('volumes', ({ pod }) => podClaimIndex.claim(pod).includes(key));
  }

  #volumeChanged(volume: PersistentVolume | undefined): void {
    const { name = '' } = volume?.metadata ?? {};
    const promised = this.#promises.get(name);
    // The server says it itself now.
    if (promised !== undefined && volume?.spec.claimRef) this.#promises.delete(name);
    this.#options.changed('volumes', hasVolumes);
  }
}

function hasVolumes({ volumes }: PodNeeds): boolean {
  return volumes.length > 0;
}

function isSelected(claim: PersistentVolumeClaim, node: string): boolean {
  return claim.metadata.annotations?.[storageAnnotations.selectedNode] === node;
}

/** The volume is held for the claim; the binder does the rest. */
function reserving({ claim, volume }: VolumePlan['bindings'][number]): Action {
  const { name, uid, resourceVersion } = volume.metadata;
  const isByHand =
    isHeldFor(volume, claim) && !hasAnnotation(volume, storageAnnotations.boundByController);
  const annotations = isByHand ? {} : { [storageAnnotations.boundByController]: 'yes' };
  const patch = {
    metadata: { uid, resourceVersion, annotations },
    spec: { claimRef: referenceTo(claim) },
  };
  return { type: 'patch', kind: persistentVolumes, name, patch };
}

function selecting(node: string): (claim: PersistentVolumeClaim) => Action {
  return ({ metadata }) => {
    const { namespace, name, uid, resourceVersion } = metadata;
    const annotations = { [storageAnnotations.selectedNode]: node };
    const patch = { metadata: { uid, resourceVersion, annotations } };
    return { type: 'patch', kind: persistentVolumeClaims, namespace, name, patch };
  };
}
