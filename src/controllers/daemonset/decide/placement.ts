/** On which nodes a DaemonSet has its pods. */
import { wantsNode } from '#api/node-selector.ts';
import { untolerated } from '#api/tolerations.ts';
import type { DaemonSet, Node, Pod } from '#api/types.ts';
import { isTerminal, isTerminating } from '../../decide/pods.ts';
import { targetOf, tolerationsOf } from './daemon-pod.ts';

export interface Fit {
  /** A pod that is missing is made. */
  readonly shouldRun: boolean;
  /** A pod that is there stays. */
  readonly mayStay: boolean;
}

export function fitOf({ spec: { template } }: DaemonSet, node: Node): Fit {
  const { spec } = template;
  const isNamed = !spec.nodeName || spec.nodeName === node.metadata.name;
  if (!isNamed || !wantsNode(spec, node)) return { shouldRun: false, mayStay: false };
  const { taints } = node.spec;
  const tolerations = tolerationsOf(spec);
  const fits = (...effects: string[]) => untolerated(taints, tolerations, effects) === undefined;
  return { shouldRun: fits('NoSchedule', 'NoExecute'), mayStay: fits('NoExecute') };
}

/** A node, and the set's pods on it and for it, the ones that are best kept in front. */
export interface Place {
  readonly node: string;
  readonly fit: Fit;
  readonly pods: readonly Pod[];
}

export interface Placement {
  readonly places: readonly Place[];
  /** Pods meant for nodes that do not exist (any more), not bound to any. */
  readonly lost: readonly Pod[];
}

export function placementOf(
  set: DaemonSet,
  nodes: readonly Node[],
  owned: readonly Pod[],
): Placement {
  const byNode = new Map<string, Pod[]>();
  for (const pod of owned) {
    // One that has ended and is going has left its place already.
    if (isTerminal(pod) && isTerminating(pod)) continue;
    const node = targetOf(pod);
    if (node === undefined) continue;
    byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  const lost = [...byNode].flatMap(([node, pods]) =>
    names.has(node) ? [] : pods.filter((pod) => !pod.spec.nodeName && !isTerminating(pod)),
  );
  const places = nodes.map((node): Place => {
    const pods = (byNode.get(node.metadata.name) ?? []).sort(bestFirst);
    return { node: node.metadata.name, fit: fitOf(set, node), pods };
  });
  return { places, lost };
}

/** Bound ones before others, then by age. */
function bestFirst(a: Pod, b: Pod): number {
  const bound = Number(Boolean(b.spec.nodeName)) - Number(Boolean(a.spec.nodeName));
  if (bound !== 0) return bound;
  const [x = '', y = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (x !== y) return x < y ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
