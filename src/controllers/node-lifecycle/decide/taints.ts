/** Which taints a node's state asks for (well-known taints, `node.kubernetes.io/…`). */
import { formatTime } from '#api/time.ts';
import type { Node, NodeCondition, Taint } from '#api/types.ts';
import { readyStatusOf } from './health.ts';

export const notReadyTaint = 'node.kubernetes.io/not-ready';
export const unreachableTaint = 'node.kubernetes.io/unreachable';

/** Conditions that keep new pods away while they are true. */
const pressureTaints: Readonly<Record<string, string>> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
};

const unschedulableTaint = 'node.kubernetes.io/unschedulable';

const ours: readonly string[] = [
  notReadyTaint,
  unreachableTaint,
  unschedulableTaint,
  ...Object.values(pressureTaints),
];

/**
 * The node's taints as they should be, made from the `known` ones. `evicts`: pods that do not tolerate it may be sent away from
 * a node that is not ready. The same list when nothing changes; a taint that stays keeps its time. One that people set gets
 * it here: from then on counts for how long pods tolerate it, whoever is started anew meanwhile.
 */
export function taintsOf(
  node: Node,
  known: readonly Taint[],
  evicts: boolean,
  now: number,
): readonly Taint[] {
  const wanted = wantedTaints(node, evicts);
  const has = (list: readonly Taint[], { key, effect }: Taint): boolean =>
    list.some((taint) => taint.key === key && taint.effect === effect);
  const missing = wanted.filter((taint) => !has(known, taint));
  const kept = known.filter((taint) => !ours.includes(taint.key) || has(wanted, taint));
  const isTimeless = ({ effect, timeAdded }: Taint): boolean =>
    effect === 'NoExecute' && timeAdded === undefined;
  if (missing.length === 0 && kept.length === known.length && !kept.some(isTimeless)) return known;
  const timed = (taint: Taint): Taint => ({ ...taint, timeAdded: formatTime(now) });
  return [
    ...kept.map((taint) => (isTimeless(taint) ? timed(taint) : taint)),
    ...missing.map(timed),
  ];
}

function wantedTaints(node: Node, evicts: boolean): readonly Taint[] {
  const wanted: Taint[] = [];
  const conditions: readonly NodeCondition[] = node.status?.conditions ?? [];
  const ready = readyStatusOf(node);
  if (ready !== 'True') {
    const key = ready === 'False' ? notReadyTaint : unreachableTaint;
    wanted.push({ key, effect: 'NoSchedule' });
    if (evicts) wanted.push({ key, effect: 'NoExecute' });
  }
  for (const { type, status } of conditions) {
    const key = pressureTaints[type];
    if (key !== undefined && status === 'True') wanted.push({ key, effect: 'NoSchedule' });
  }
  if (node.spec.unschedulable === true)
    wanted.push({ key: unschedulableTaint, effect: 'NoSchedule' });
  return wanted;
}
