/** What nodes said of who may come and stay, and since when: for the checks of those who decide by it. */
import type { Node, Pod, Taint } from '#api/types.ts';
import { tolerates } from '#api/tolerations.ts';

interface Barrier {
  readonly taint: Taint;
  readonly sinceMs: number;
  /** How often the clock that toleration is counted by had been set until then. */
  readonly settings: number;
}

export interface End {
  readonly atMs: number;
  readonly sinceMs: number;
}

const never: End = { atMs: Number.POSITIVE_INFINITY, sinceMs: Number.POSITIVE_INFINITY };

/** A cordon keeps off who does not tolerate this. */
const cordonTaint: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export class NodeDoors {
  readonly #barriers = new Map<string, Map<string, Barrier>>();
  /** Taken away lately; newest last. */
  readonly #lifted: { readonly node: string; readonly barrier: Barrier; readonly atMs: number }[] =
    [];
  /** By uid. */
  readonly #came = new Map<string, number>();

  changed(previous: Node | undefined, current: Node | undefined, now: number, settings = 0): void {
    const { name } = (current ?? previous)?.metadata ?? { name: '' };
    const known = this.#barriers.get(name) ?? new Map<string, Barrier>();
    const isSame = previous?.metadata.uid === current?.metadata.uid;
    const next = new Map<string, Barrier>();
    for (const taint of current ? barriersOf(current) : []) {
      const key = `${taint.key} ${taint.effect}`;
      next.set(key, (isSame && known.get(key)) || { taint, sinceMs: now, settings });
    }
    for (const [key, barrier] of known) {
      if (next.get(key) !== barrier) this.#lifted.push({ node: name, barrier, atMs: now });
    }
    if (next.size > 0) this.#barriers.set(name, next);
    else this.#barriers.delete(name);
  }

  get nodes(): Iterable<string> {
    return this.#barriers.keys();
  }

  /** The pod may not come, and has not been allowed to for that long; nothing: it may. */
  closedTo(pod: Pod, node: string, forMs: number, now: number): Taint | undefined {
    return this.#of(node)
      .filter(({ taint, sinceMs }) => taint.effect !== 'PreferNoSchedule' && now - sinceMs > forMs)
      .find(({ taint }) => !toleratedBy(pod, taint).length)?.taint;
  }

  /** A taint sends the pod away, and its time was over that long ago. */
  overdue(pod: Pod, node: string, forMs: number, now: number): Taint | undefined {
    const cameMs = this.#cameAtMs(pod);
    return this.#of(node).find((barrier) => endOf(pod, barrier, cameMs) + forMs < now)?.taint;
  }

  /** The pod is on its node from now on. */
  came({ metadata: { uid = '' } }: Pod, now: number): void {
    if (!this.#came.has(uid)) this.#came.set(uid, now);
  }

  #cameAtMs({ metadata: { uid = '' } }: Pod): number {
    return this.#came.get(uid) ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * When the first taint that was there lately could send the pod away, and since when it was there;
   * undefined: who knows, a clock was set.
   */
  firstEnd(pod: Pod, node: string, sinceMs: number, settings: number): End | undefined {
    const lately = this.#lifted.filter((one) => one.node === node && one.atMs >= sinceMs);
    const all = [...this.#of(node), ...lately.map(({ barrier }) => barrier)];
    if (all.some((barrier) => barrier.settings !== settings)) return undefined;
    const cameMs = this.#cameAtMs(pod);
    const ends = all.map((barrier) => ({
      atMs: endOf(pod, barrier, cameMs),
      sinceMs: barrier.sinceMs,
    }));
    return ends.toSorted((a, b) => a.atMs - b.atMs)[0] ?? never;
  }

  #of(node: string): Barrier[] {
    return [...(this.#barriers.get(node)?.values() ?? [])];
  }
}

function barriersOf({ spec }: Node): readonly Taint[] {
  const taints = spec?.taints ?? [];
  const isMarked = taints.some(({ key }) => key === cordonTaint.key);
  return spec?.unschedulable && !isMarked ? [...taints, cordonTaint] : taints;
}

const toleratedBy = ({ spec }: Pod, taint: Taint) =>
  spec.tolerations?.filter((one) => tolerates(one, taint)) ?? [];

/** Infinity: never. */
function endOf(pod: Pod, { taint, sinceMs }: Barrier, cameMs: number): number {
  if (taint.effect !== 'NoExecute') return Number.POSITIVE_INFINITY;
  const metMs = Math.max(sinceMs, cameMs);
  const fitting = toleratedBy(pod, taint);
  if (fitting.length === 0) return metMs;
  const seconds = fitting.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return seconds.length === 0
    ? Number.POSITIVE_INFINITY
    : metMs + Math.max(0, Math.min(...seconds)) * 1000;
}
