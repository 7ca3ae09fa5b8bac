/**
 * How fast nodes that are not ready are given up, so that pods move when a machine is lost, and not when
 * a switch, or this program, is. Source: kube-controller-manager's `--node-eviction-rate`,
 * `--secondary-node-eviction-rate`, `--unhealthy-zone-threshold` and `--large-cluster-size-threshold`.
 */
import type { View } from '#api/decision.ts';
import { nodes } from '#api/kinds/index.ts';
import { regionLabel, zoneLabel } from '#api/node-labels.ts';
import { parseTime } from '#api/time.ts';
import type { Node, Taint } from '#api/types.ts';
import { readyStatusOf } from './health.ts';
import { notReadyTaint, unreachableTaint } from './taints.ts';

/** One node of a zone after another. */
const usualIntervalMs = 10_000;
/** The same in a large zone that is mostly lost. */
const slowIntervalMs = 100_000;
const largeZoneNodes = 50;
const lostShare = 0.55;
const lostAtLeast = 3;

/** Indexes of nodes that `mayEvict` reads. */
export const zoneIndexes = {
  zone: (node: Node): readonly string[] => [zoneOf(node)],
  lost: (node: Node): readonly string[] =>
    isReady(node) || node.metadata.deletionTimestamp !== undefined ? [] : [zoneOf(node)],
  ready: (node: Node): readonly string[] => (isReady(node) ? ['True'] : []),
};

/**
 * Whether pods may be sent away from this node, which is not ready. When no other node is ready, it is
 * rather us who are cut off, and the pods would have nowhere to go. Else nodes of a zone go one by one,
 * by name; none in a small zone that is mostly lost.
 */
export function mayEvict(view: View, node: Node, now: number): boolean {
  const { name } = node.metadata;
  const isAlone = view.byIndex(nodes, 'ready', 'True').every((each) => each.metadata.name === name);
  if (isAlone) return false;
  if (givenUp(node)) return true;
  const zone = zoneOf(node);
  const lost = view.byIndex(nodes, 'lost', zone);
  const intervalMs = intervalOf(lost.length, view.byIndex(nodes, 'zone', zone).length);
  if (intervalMs === undefined) return false;
  const isNext = lost.every((each) => each.metadata.name >= name || givenUp(each));
  return isNext && lost.every((each) => now >= since(givenUp(each)) + intervalMs);
}

function intervalOf(lost: number, all: number): number | undefined {
  const isMostlyLost = lost < all && lost >= lostAtLeast && lost / all >= lostShare;
  if (!isMostlyLost) return usualIntervalMs;
  return all > largeZoneNodes ? slowIntervalMs : undefined;
}

function givenUp(node: Node): Taint | undefined {
  return node.spec.taints?.find(
    ({ key, effect }) =>
      effect === 'NoExecute' && (key === notReadyTaint || key === unreachableTaint),
  );
}

function since(taint: Taint | undefined): number {
  const added = parseTime(taint?.timeAdded);
  return Number.isNaN(added) ? Number.NEGATIVE_INFINITY : added;
}

function isReady(node: Node): boolean {
  return readyStatusOf(node) === 'True';
}

function zoneOf({ metadata: { labels = {} } }: Node): string {
  const { [regionLabel]: region, [zoneLabel]: zone } = labels;
  return `${region ?? ''}/${zone ?? ''}`;
}
