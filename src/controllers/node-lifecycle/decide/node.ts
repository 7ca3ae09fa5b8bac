/** A node whose agent fell silent: said in its conditions and taints, and in the state of its pods. */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { nodes, pods } from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { Node, NodeCondition, Pod } from '#api/types.ts';
import { isReady } from '../../decide/pods.ts';
import { type HealthOptions, lostAt, lostConditions, readyStatusOf } from './health.ts';
import { taintsOf } from './taints.ts';
import { mayEvict } from './zones.ts';

/** While a node is not ready, others may come and go, which decides whether its pods are evicted. */
const againMs = 5_000;

export function decideNode(options: HealthOptions, view: View, key: string, now: number): Decision {
  const node = view.get(nodes, undefined, key);
  if (node === undefined || node.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const deadline = lostAt(view, node, options);
  const isLost = now >= deadline;
  if (isLost) {
    const conditions = lostConditions(node, now);
    if (conditions !== node.status?.conditions) return { actions: losing(node, conditions) };
  }
  const isUp = readyStatusOf(node) === 'True';
  const actions = [...tainting(view, node, now), ...(isLost ? silencing(view, key, now) : [])];
  const next = isUp ? deadline : now + againMs;
  return { actions, again: isLost ? now + againMs : Math.min(deadline, next) };
}

function losing(node: Node, conditions: readonly NodeCondition[]): readonly Action[] {
  const object = { ...node, status: { ...node.status, conditions: [...conditions] } };
  const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
  return [
    { type: 'update', kind: nodes, object, subresource: 'status' },
    { type: 'event', regarding: node, level: 'Normal', reason: 'NodeNotReady', message },
  ];
}

function tainting(view: View, node: Node, now: number): readonly Action[] {
  const known = node.spec.taints ?? [];
  const evicts = readyStatusOf(node) !== 'True' && mayEvict(view, node, now);
  const taints = taintsOf(node, known, evicts, now);
  if (taints === known) return [];
  const { name, uid, resourceVersion } = node.metadata;
  const patch = { metadata: { uid, resourceVersion }, spec: { taints } };
  return [{ type: 'patch', kind: nodes, name, patch }];
}

/** Nobody knows any more whether these pods serve: they count as not ready, so that traffic avoids them. */
function silencing(view: View, node: string, now: number): readonly Action[] {
  const serving = view.byIndex(pods, 'node', node).filter(isReady);
  if (serving.length === 0) return [];
  return [{ type: 'together', actions: serving.map((pod) => unready(pod, now)) }];
}

function unready(pod: Pod, now: number): Action {
  const conditions = pod.status?.conditions?.map((condition) =>
    condition.type === 'Ready'
      ? { ...condition, status: 'False', lastTransitionTime: formatTime(now) }
      : condition,
  );
  const object: Pod = { ...pod, status: { ...pod.status, conditions } };
  return { type: 'update', kind: pods, object, subresource: 'status' };
}
