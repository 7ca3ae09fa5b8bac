import type { View } from '#api/decision.ts';
import { nodes, pods } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import type { Node, Pod } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { isTerminal, isTerminating } from '../decide/pods.ts';
import { podNodeIndex } from '../decide/service-wakes.ts';
import { decidePodGc, type PodGcOptions, terminatedKey } from './decide/pod-gc.ts';

export const usualPodGc: PodGcOptions = { terminatedMax: 12_500, quarantineMs: 40_000 };

/** Removes pods that are left over. */
export function podGcController(options: PodGcOptions = usualPodGc): LoopDefinition {
  return {
    name: 'pod-garbage-collector',
    sources: [
      {
        kind: pods,
        indexes: { ...podNodeIndex, terminated },
        keysOf: (pod: Pod) => (isTerminal(pod) ? [keyOf(pod), terminatedKey] : [keyOf(pod)]),
        matters: podMatters,
      },
      { kind: nodes, keysOf: strandedOn, matters: nodeMatters, remembersChanges: true },
    ],
    decide: (view, key, now) => decidePodGc(options, view, key, now),
  };
}

function terminated(pod: Pod): readonly string[] {
  return isTerminal(pod) ? ['true'] : [];
}

function podMatters(previous: Pod, next: Pod): boolean {
  return (
    previous.spec.nodeName !== next.spec.nodeName ||
    previous.metadata.uid !== next.metadata.uid ||
    isTerminating(previous) !== isTerminating(next) ||
    isTerminal(previous) !== isTerminal(next)
  );
}

/** Asked after the change: a node that is still there strands nobody. */
function strandedOn(node: Node, view: View): readonly string[] {
  const { name } = node.metadata;
  const isThere = view.get(nodes, undefined, name) !== undefined;
  if (isThere && node.spec.taints === undefined) return [];
  return view.byIndex(pods, 'node', name).map(keyOf);
}

function nodeMatters(previous: Node, next: Node): boolean {
  return previous.spec.taints !== next.spec.taints;
}
