/** Where the pods of each owner are, for spreading: counted per node and per zone. */
import type { OwnerSpread } from './decide/scores.ts';

/** Nodes without a zone are one zone. */
const noZone = '';

class Counts implements OwnerSpread {
  readonly nodes = new Map<string, number>();
  readonly zones = new Map<string, number>();

  onNode(name: string): number {
    return this.nodes.get(name) ?? 0;
  }

  inZone(zone: string): number {
    return this.zones.get(zone) ?? 0;
  }
}

const nowhere: OwnerSpread = { onNode: () => 0, inZone: () => 0 };

export class OwnerCounts {
  readonly #owners = new Map<string, Counts>();

  of(owner: string | undefined): OwnerSpread {
    return (owner === undefined ? undefined : this.#owners.get(owner)) ?? nowhere;
  }

  count(owner: string | undefined, node: string, zone: string | undefined, sign: 1 | -1): void {
    if (owner === undefined) return;
    const counts = this.#owners.get(owner) ?? new Counts();
    this.#owners.set(owner, counts);
    change(counts.nodes, node, sign);
    change(counts.zones, zone ?? noZone, sign);
    if (counts.nodes.size === 0) this.#owners.delete(owner);
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
