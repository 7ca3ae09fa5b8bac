/** A node and the sums over its pods, changed pod by pod. The snapshot owns it; decisions only read. */
import { unitsOf } from '#api/quantity.ts';
import type { Node } from '#api/types.ts';
import { add, noResources, type Resources, resourcesOf } from './resources.ts';
import type { PodNeeds } from './pod-needs.ts';

/** An address that stands for all of the node's. */
const anyAddress = '0.0.0.0';

export class NodeState {
  readonly name: string;
  /** Absent while pods are known of a node that is not. */
  node: Node | undefined;
  allocatable: Readonly<Resources> = noResources();
  podsMax = 0;
  zone: string | undefined;
  /** Place in the snapshot's order. */
  at = -1;
  readonly requested = noResources();
  podCount = 0;
  weightCpu = 0;
  weightMemory = 0;
  readonly #pods = new Map<string, PodNeeds>();
  /** Addresses in use by port. */
  readonly #ports = new Map<string, string[]>();

  constructor(name: string) {
    this.name = name;
  }

  pod(key: string): PodNeeds | undefined {
    return this.#pods.get(key);
  }

  pods(): Iterable<PodNeeds> {
    return this.#pods.values();
  }

  setNode(node: Node | undefined): void {
    this.node = node;
    const amounts = node?.status?.allocatable ?? node?.status?.capacity ?? {};
    this.allocatable = resourcesOf(amounts);
    this.podsMax = unitsOf(amounts['pods'] ?? '0');
    this.zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  }

  addPod(needs: PodNeeds): void {
    this.#pods.set(needs.key, needs);
    this.#count(needs, 1);
    for (const { id, address } of needs.hostPorts) {
      this.#ports.set(id, [...(this.#ports.get(id) ?? []), address]);
    }
  }

  removePod(key: string): PodNeeds | undefined {
    const needs = this.#pods.get(key);
    if (needs === undefined) return undefined;
    this.#pods.delete(key);
    this.#count(needs, -1);
    for (const { id, address } of needs.hostPorts) {
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

  #count(needs: PodNeeds, sign: 1 | -1): void {
    this.podCount += sign;
    add(this.requested, needs.request, sign);
    this.weightCpu += sign * needs.weightCpu;
    this.weightMemory += sign * needs.weightMemory;
  }
}
