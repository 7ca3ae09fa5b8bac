import type { View } from '#api/decision.ts';
import { controllerRevisions, daemonSets, nodes, pods } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import type { Node } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { ownerIndexes } from '../decide/owners.ts';
import { isSame } from '../decide/same.ts';
import { wakeOwners } from '../decide/wakes.ts';
import { decideDaemonSet } from './decide/daemon-set.ts';

/** Keeps one pod of every DaemonSet on each node that it means. */
export const daemonSetController: LoopDefinition = {
  name: 'daemon-set-controller',
  component: 'daemonset-controller',
  sources: [
    { kind: daemonSets },
    { kind: pods, indexes: ownerIndexes, keysOf: wakeOwners(daemonSets) },
    { kind: controllerRevisions, indexes: ownerIndexes, keysOf: wakeOwners(daemonSets) },
    { kind: nodes, keysOf: allSets, matters: nodeMatters },
  ],
  decide: decideDaemonSet,
};

function allSets(_node: Node, view: View): readonly string[] {
  return view.list(daemonSets).map(keyOf);
}

/** A node says every few seconds that it is well; only what pods are placed by counts here. */
function nodeMatters(previous: Node, next: Node): boolean {
  return (
    previous.metadata.uid !== next.metadata.uid ||
    !isSame(previous.metadata.labels, next.metadata.labels) ||
    !isSame(previous.spec.taints, next.spec.taints)
  );
}
