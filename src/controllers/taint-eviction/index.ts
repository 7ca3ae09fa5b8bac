import type { View } from '#api/decision.ts';
import { nodes, pods } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import type { Node, Pod } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { isSame } from '../decide/same.ts';
import { podNodeIndex } from '../decide/service-wakes.ts';
import { decideEviction } from './decide/eviction.ts';

/** Evicts pods from nodes that their tolerations do not cover, or no longer. */
export const taintEvictionController: LoopDefinition = {
  name: 'taint-eviction-controller',
  sources: [
    { kind: pods, indexes: podNodeIndex, matters: podMatters },
    {
      kind: nodes,
      keysOf: podsOn,
      matters: (previous: Node, next: Node) => !isSame(previous.spec.taints, next.spec.taints),
    },
  ],
  decide: decideEviction,
};

function podMatters(previous: Pod, next: Pod): boolean {
  return (
    previous.spec.nodeName !== next.spec.nodeName ||
    previous.metadata.uid !== next.metadata.uid ||
    !isSame(previous.spec.tolerations, next.spec.tolerations)
  );
}

function podsOn(node: Node, view: View): readonly string[] {
  if (node.spec.taints?.some(({ effect }) => effect === 'NoExecute') !== true) return [];
  return view.byIndex(pods, 'node', node.metadata.name).map(keyOf);
}
