/** A node as the scheduler counts it: what it has, what is promised of it, and the pods that are on it. */
import { anyAddress } from '#api/kinds/pod-spec/host-ports.ts';
import { zoneLabel } from '#api/node-labels.ts';
import { unitsOf } from '#api/quantity.ts';
import type { Node, Taint } from '#api/types.ts';
import { at, type Ledger } from './ledger.ts';
import { isRepelling } from './node-filters.ts';
import type { PodNeeds } from './pod-needs.ts';
import { add, noResources, type Resources, resourcesOf } from './resources.ts';

const noLabels: Readonly<Record<string, string>> = {};
const noTaints: readonly Taint[] = [];

export class NodeState {
  readonly name: string;
  /** Absent while pods are known of a node that is not. */
  node: Node | undefined;
  labels = noLabels;
  zone: string | undefined;
  /** Those that keep pods off, and those that only make the node less liked. */
  hardTaints = noTaints;
  softTaints = noTaints;
  /** Bytes by image name. */
  images: ReadonlyMap<string, number> = new Map();
  isCordoned = false;
  allocatable: Readonly<Resources> = noResources();
  podsMax = 0;
  readonly requested = noResources();
  podCount = 0;
  /** Another one after each change of the node or of one of its pods, and never that of another node. */
  version = 0;
  /** Pods wait for room on it. */
  isAwaited = false;
  /** Where the numbers of all nodes are, and from where on this one's. */
  readonly ledger: Ledger;
  readonly offset: number;
  #usedMilliCpu = 0;
  #usedMemory = 0;
  readonly #pods = new Map<string, PodNeeds>();
  /** Addresses in use by port. */
  readonly #ports = new Map<string, string[]>();

  constructor(name: string, ledger: Ledger) {
    this.name = name;
    this.ledger = ledger;
    this.offset = ledger.claim();
  }

  pod(key: string): PodNeeds | undefined {
    return this.#pods.get(key);
  }

  pods(): Iterable<PodNeeds> {
    return this.#pods.values();
  }

  setNode(node: Node | undefined): void {
    if (node?.status?.images !== this.node?.status?.images) this.images = imagesOf(node);
    this.node = node;
    const amounts = node?.status?.allocatable ?? node?.status?.capacity ?? {};
    this.allocatable = resourcesOf(amounts);
    this.podsMax = unitsOf(amounts['pods'] ?? '0');
    this.labels = node?.metadata.labels ?? noLabels;
    this.zone = this.labels[zoneLabel];
    const taints = node?.spec?.taints ?? noTaints;
    this.hardTaints = chosen(taints, isRepelling);
    this.softTaints = chosen(taints, ({ effect }) => effect === 'PreferNoSchedule');
    this.isCordoned = node?.spec?.unschedulable === true;
    this.version = this.ledger.change();
    this.#write();
  }

  addPod(needs: PodNeeds): void {
    this.#pods.set(needs.key, needs);
    this.#count(needs, 1);
    for (const { id, address } of needs.shape.hostPorts) {
      this.#ports.set(id, [...(this.#ports.get(id) ?? []), address]);
    }
  }

  /** The same pod, seen anew; it counts as before. */
  renewPod(needs: PodNeeds): void {
    if (!this.#pods.has(needs.key)) return;
    this.#pods.set(needs.key, needs);
    this.version = this.ledger.change();
  }

  removePod(key: string): PodNeeds | undefined {
    const needs = this.#pods.get(key);
    if (needs === undefined) return undefined;
    this.#pods.delete(key);
    this.#count(needs, -1);
    for (const { id, address } of needs.shape.hostPorts) {
      const addresses = [...(this.#ports.get(id) ?? [])];
      addresses.splice(addresses.indexOf(address), 1);
      if (addresses.length === 0) this.#ports.delete(id);
      else this.#ports.set(id, addresses);
    }
    return needs;
  }

  isTaken(id: string, address: string): boolean {
    const addresses = this.#ports.get(id);
    if (addresses === undefined) return false;
    return address === anyAddress || addresses.includes(address) || addresses.includes(anyAddress);
  }

  #count({ shape }: PodNeeds, sign: 1 | -1): void {
    this.version = this.ledger.change();
    this.podCount += sign;
    add(this.requested, shape.request, sign);
    this.#usedMilliCpu += sign * shape.weightCpu;
    this.#usedMemory += sign * shape.weightMemory;
    this.#write();
  }

  #write(): void {
    const { allocatable, requested, offset } = this;
    const { numbers } = this.ledger;
    numbers[offset + at.freeMilliCpu] = allocatable.milliCpu - requested.milliCpu;
    numbers[offset + at.freeMemory] = allocatable.memory - requested.memory;
    numbers[offset + at.freeStorage] = allocatable.storage - requested.storage;
    numbers[offset + at.freePods] = this.podsMax - this.podCount;
    numbers[offset + at.hasMilliCpu] = allocatable.milliCpu;
    numbers[offset + at.hasMemory] = allocatable.memory;
    numbers[offset + at.usedMilliCpu] = this.#usedMilliCpu;
    numbers[offset + at.usedMemory] = this.#usedMemory;
  }
}

/** Most nodes have no taints, and share that. */
function chosen(taints: readonly Taint[], isMeant: (taint: Taint) => boolean): readonly Taint[] {
  return taints.some(isMeant) ? taints.filter(isMeant) : noTaints;
}

function imagesOf(node: Node | undefined): ReadonlyMap<string, number> {
  const images = new Map<string, number>();
  for (const { names = [], sizeBytes = 0 } of node?.status?.images ?? []) {
    for (const name of names) images.set(name, sizeBytes);
  }
  return images;
}
