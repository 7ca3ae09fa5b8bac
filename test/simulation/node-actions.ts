/** What people do with nodes: they close and open them, take them away and bring them back, and send pods to them. */
import { nodes, pods } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { Node, Pod, Taint } from '#api/types.ts';
import type { Random } from '#base/random.ts';
import type { Action } from './actions.ts';
import type { SimulatedCluster } from './cluster.ts';
import { pick } from './pick.ts';
import { isDone } from './reading.ts';
import { handTaint, largePodDraft, lonePodDraft } from './workload.ts';

const closedMsMax = 120_000;
/** Longer than the pods of a node that is gone are waited for. */
const awayMsMax = 120_000;
const ghost = 'node-9';

const nodeNamed = ({ ledger }: SimulatedCluster, name: string | undefined): Node | undefined =>
  ledger.list(nodes).find(({ metadata }) => metadata.name === name);

/** Those that people set; the others are the business of the node's own state. */
export const isByHand = ({ key }: Taint): boolean => key === handTaint;

/** As `kubectl taint`: the whole list is written anew, if nobody was faster. */
export async function setTaints(
  cluster: SimulatedCluster,
  node: Node,
  change: (known: readonly Taint[]) => readonly Taint[],
): Promise<void> {
  const { resourceVersion } = node.metadata;
  const taints = change(node.spec?.taints ?? []);
  await cluster.patch(nodes as Kind, node, { metadata: { resourceVersion }, spec: { taints } });
}

export const uncordon = (cluster: SimulatedCluster, node: Node): Promise<unknown> =>
  cluster.patch(nodes as Kind, node, { spec: { unschedulable: null } });

/** Somebody does the opposite after a while, if the node is still there. */
function later(
  cluster: SimulatedCluster,
  random: Random,
  name: string,
  work: (node: Node) => Promise<unknown>,
): void {
  cluster.time.after(random.below(closedMsMax), () => {
    const node = nodeNamed(cluster, name);
    if (node) work(node).catch((error: unknown) => cluster.trace.add(`${name}: ${String(error)}`));
  });
}

async function taint(cluster: SimulatedCluster, random: Random): Promise<void> {
  const node = nodeNamed(cluster, pick(random, cluster.nodes)?.name);
  if (!node) return;
  const { name } = node.metadata;
  const effect = pick(random, ['NoExecute', 'NoExecute', 'NoSchedule', 'PreferNoSchedule']);
  cluster.trace.add(`taint ${name} with ${effect}`);
  later(cluster, random, name, (then) => {
    cluster.trace.add(`take the taint of ${name} away`);
    return setTaints(cluster, then, (known) => known.filter((one) => !isByHand(one)));
  });
  await setTaints(cluster, node, (known) => [
    ...known.filter((one) => !isByHand(one)),
    { key: handTaint, effect },
  ]);
}

async function cordon(cluster: SimulatedCluster, random: Random): Promise<void> {
  const node = nodeNamed(cluster, pick(random, cluster.nodes)?.name);
  if (!node) return;
  const { name } = node.metadata;
  cluster.trace.add(`cordon ${name}`);
  later(cluster, random, name, (then) => {
    cluster.trace.add(`uncordon ${name}`);
    return uncordon(cluster, then);
  });
  await cluster.patch(nodes as Kind, node, { spec: { unschedulable: true } });
}

/** As a drain does: no new pods, and then all its pods side by side. */
export async function drain(cluster: SimulatedCluster, random: Random): Promise<void> {
  if (random.fraction() < 0.5) await cordon(cluster, random);
  const name = pick(random, cluster.nodes)?.name;
  const doomed = cluster.ledger
    .list(pods)
    .filter((pod: Pod) => pod.spec.nodeName === name && !isDone(pod));
  cluster.trace.add(`evict ${doomed.length} pods from ${name}`);
  await Promise.allSettled(doomed.map((pod) => cluster.evict(pod)));
}

async function evictOne(cluster: SimulatedCluster, random: Random): Promise<void> {
  const pod = pick(random, cluster.ledger.list(pods));
  if (!pod) return;
  cluster.trace.add(`evict ${pod.metadata.name}`);
  await cluster.evict(pod);
}

/** Its agent finds out, and registers it again. */
async function deleteNode(cluster: SimulatedCluster, random: Random): Promise<void> {
  const node = pick(random, cluster.ledger.list(nodes));
  if (!node) return;
  cluster.trace.add(`delete node ${node.metadata.name}`);
  await cluster.delete(nodes as Kind, node, {});
}

/** For good, as far as anybody knows: the machine is off, and its Node deleted. It comes back all the same. */
async function removeNode(cluster: SimulatedCluster, random: Random): Promise<void> {
  const machine = pick(random, cluster.nodes);
  if (!machine || machine.isOff) return;
  machine.turnOff();
  cluster.time.after(random.below(awayMsMax), () => machine.turnOn());
  const node = nodeNamed(cluster, machine.name);
  if (node && random.fraction() < 0.8) await cluster.delete(nodes as Kind, node, {});
}

/** Past the scheduler; also to a node that is not there, is full, or takes nobody. */
async function sendPod(cluster: SimulatedCluster, random: Random): Promise<void> {
  const names = [...cluster.nodes.map(({ name }) => name), ghost];
  const nodeName = pick(random, names) ?? ghost;
  const name = `lone-${random.below(3)}`;
  const draft = random.fraction() < 0.5 ? largePodDraft(name, random) : lonePodDraft(name, random);
  cluster.trace.add(`send pod ${name} to ${nodeName}`);
  await cluster.create(pods as Kind, { ...draft, spec: { ...draft.spec, nodeName } });
}

/** Its name is free at once, whatever still runs. */
async function forceDelete(cluster: SimulatedCluster, random: Random): Promise<void> {
  const pod = pick(random, cluster.ledger.list(pods));
  if (!pod) return;
  cluster.trace.add(`delete pod ${pod.metadata.name} by force`);
  cluster.givenUp.add(pod.metadata.uid ?? '');
  await cluster.delete(pods as Kind, pod, { gracePeriodSeconds: 0 });
}

export const nodeActions: readonly Action[] = [
  { name: 'taint a node', weight: 4, run: taint },
  { name: 'cordon a node', weight: 3, run: cordon },
  { name: 'drain', weight: 4, run: drain },
  { name: 'evict a pod', weight: 2, run: evictOne },
  { name: 'delete a node', weight: 1, run: deleteNode },
  { name: 'remove a node', weight: 2, run: removeNode },
  { name: 'send a pod to a node', weight: 5, run: sendPod },
  { name: 'delete a pod by force', weight: 2, run: forceDelete },
];
