/** What people and misfortune do to a cluster: each action picks its victim by the seed. */
import {
  cronJobs,
  deployments,
  endpointSlices,
  endpoints,
  horizontalPodAutoscalers,
  namespaces,
  pods,
  replicaSets,
  services,
} from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Deployment, Pod } from '#api/types.ts';
import type { Random } from '#base/random.ts';
import { appActions } from './app-actions.ts';
import { batchActions } from './batch-actions.ts';
import { boundActions } from './bound-actions.ts';
import type { SimulatedCluster } from './cluster.ts';
import type { NodeProcess } from './node-process.ts';
import { mishaps } from './mishaps.ts';
import { nodeActions } from './node-actions.ts';
import { pick } from './pick.ts';
import { setActions } from './set-actions.ts';
import { calm, rough } from './weather.ts';
import { deploymentDraft, imageNamed, lonePodDraft, serviceDraft } from './workload.ts';

export interface Action {
  readonly name: string;
  /** How often it is drawn, compared to others. */
  readonly weight: number;
  run(cluster: SimulatedCluster, random: Random): Promise<void> | void;
}

const appsMax = 3;
const lonePods = 3;
const everyWay = ['Background', 'Foreground', 'Orphan'];

const inDefault = ({ metadata: { namespace } }: KubeObject): boolean => namespace === 'default';

/** One of a kind among those that nobody deletes already. */
function anyOf<T extends KubeObject>(
  cluster: SimulatedCluster,
  random: Random,
  kind: Kind<T>,
): T | undefined {
  const living = cluster.ledger
    .list(kind)
    .filter((object) => inDefault(object) && !object.metadata.deletionTimestamp);
  return pick(random, living);
}

/** Deletes one of a kind; what it owns goes with it, or stays for whoever comes next. */
function deletes(kind: Kind, ways = ['Background', 'Foreground']): Action['run'] {
  return async (cluster, random) => {
    const victim = anyOf(cluster, random, kind);
    if (!victim || victim.metadata.name === 'kubernetes') return;
    const propagationPolicy = pick(random, ways) ?? '';
    cluster.trace.add(`delete ${kind.resource} ${victim.metadata.name} (${propagationPolicy})`);
    await cluster.delete(kind, victim, { propagationPolicy });
  };
}

/** Its sets stay without an owner until the app is made again, which takes some tries at times. */
async function replaceApp(cluster: SimulatedCluster, random: Random): Promise<void> {
  const app = anyOf(cluster, random, deployments);
  if (!app) return;
  const { name } = app.metadata;
  const draft = deploymentDraft(name, random);
  cluster.trace.add(`replace ${name}, with ${draft.spec.replicas} replicas now`);
  await cluster.delete(deployments as Kind, app, { propagationPolicy: 'Orphan' });
  const create = (): void => {
    const known = cluster.ledger.list(deployments).filter(inDefault);
    const found = known.find(({ metadata }) => metadata.name === name);
    if (found && found.metadata.uid !== app.metadata.uid) return;
    cluster.time.after(1_000, create);
    void cluster.create(deployments as Kind, draft).catch(() => undefined);
  };
  cluster.time.after(random.below(3_000), create);
}

async function createApp(cluster: SimulatedCluster, random: Random): Promise<void> {
  const name = `app-${random.below(appsMax)}`;
  const draft = deploymentDraft(name, random);
  cluster.trace.add(`create ${name} with ${draft.spec.replicas} replicas`);
  await cluster.create(services as Kind, serviceDraft(name)).catch(() => undefined);
  await cluster.create(deployments as Kind, draft);
}

/** A namespace with an app of its own, which goes with it. */
async function createTeam(cluster: SimulatedCluster, random: Random): Promise<void> {
  cluster.trace.add('create the namespace team');
  await cluster.create(namespaces as Kind, { metadata: { name: 'team' } });
  await cluster.create(services as Kind, serviceDraft('app', 'team'));
  await cluster.create(deployments as Kind, deploymentDraft('app', random, 'team'));
}

async function deleteTeam(cluster: SimulatedCluster): Promise<void> {
  const team = cluster.ledger.list(namespaces).find(({ metadata }) => metadata.name === 'team');
  if (!team || team.metadata.deletionTimestamp) return;
  cluster.trace.add('delete the namespace team');
  await cluster.delete(namespaces as Kind, team, {});
}

async function scale(cluster: SimulatedCluster, random: Random): Promise<void> {
  const app = anyOf(cluster, random, deployments);
  if (!app) return;
  const replicas = random.below(7);
  cluster.trace.add(`scale ${app.metadata.name} to ${replicas}`);
  await cluster.patch(deployments as Kind, app, { spec: { replicas } });
}

export async function rollOut(
  cluster: SimulatedCluster,
  random: Random,
  app: Deployment | undefined = anyOf(cluster, random, deployments),
): Promise<void> {
  if (!app) return;
  const containers = app.spec.template.spec?.containers ?? [];
  const image = imageNamed('web', 1 + random.below(4));
  cluster.trace.add(`roll ${app.metadata.name} out with ${image}`);
  const [first, ...others] = containers;
  const template = { spec: { containers: [{ ...first, image }, ...others] } };
  await cluster.patch(deployments as Kind, app, { spec: { template } });
}

async function deletePod(cluster: SimulatedCluster, random: Random): Promise<void> {
  const pod: Pod | undefined = anyOf(cluster, random, pods);
  if (!pod) return;
  const options = random.fraction() < 0.5 ? {} : { gracePeriodSeconds: 1 };
  cluster.trace.add(`delete pod ${pod.metadata.name}`);
  await cluster.delete(pods as Kind, pod, options);
}

async function createLonePod(cluster: SimulatedCluster, random: Random): Promise<void> {
  const name = `lone-${random.below(lonePods)}`;
  cluster.trace.add(`create pod ${name}`);
  await cluster.create(pods as Kind, lonePodDraft(name, random));
}

function killContainer({ nodes, trace }: SimulatedCluster, random: Random): void {
  const running = nodes.flatMap(({ machine }) =>
    machine.running.map((container) => ({ machine, container })),
  );
  const victim = pick(random, running);
  if (!victim) return;
  trace.add(`kill container ${victim.container.id}`);
  victim.machine.end(victim.container, random.fraction() < 0.5 ? 137 : 0);
}

/** By the kernel, which spares everybody else. */
function runOutOfMemory({ nodes, trace }: SimulatedCluster, random: Random): void {
  const machine = pick(random, nodes)?.machine;
  const victim = machine && pick(random, machine.running);
  if (!victim) return;
  trace.add(`container ${victim.id} runs out of memory`);
  machine.end(victim, 137, 'OOMKilled');
}

/** A node has not quite 8 processors: some of it fits alone, some beside others at times, some never. */
const wishes = ['1500m', '3', '5', '16'];

/** In place: to more than before, or less. */
async function resizePod(cluster: SimulatedCluster, random: Random): Promise<void> {
  const pod = anyOf(cluster, random, pods);
  const first = pod?.spec.containers[0];
  if (!pod || !first?.resources?.requests) return;
  const cpu = random.fraction() < 0.6 ? `${50 * (1 + random.below(4))}m` : pick(random, wishes);
  const requests = { cpu, memory: pick(random, ['64Mi', '128Mi']) };
  cluster.trace.add(`resize ${pod.metadata.name} to ${requests.cpu}`);
  await cluster.resize(pod, { name: first.name, resources: { requests } });
}

function killSandbox({ nodes, trace }: SimulatedCluster, random: Random): void {
  const all = nodes.flatMap(({ machine }) =>
    [...machine.sandboxes.values()].map((sandbox) => ({ machine, sandbox })),
  );
  const victim = pick(random, all);
  if (!victim) return;
  trace.add(`kill sandbox ${victim.sandbox.id}`);
  victim.machine.stopSandbox(victim.sandbox);
}

const onNode =
  (work: (node: NodeProcess) => void): Action['run'] =>
  ({ nodes }, random) => {
    const node = pick(random, nodes);
    if (node) work(node);
  };

/** Short, or long enough for the node to count as lost. */
function cutOff({ nodes, time, trace }: SimulatedCluster, random: Random): void {
  const node = pick(random, nodes);
  if (!node || node.connection.isCut) return;
  const forMs = random.below(random.fraction() < 0.3 ? 400_000 : 60_000);
  trace.add(`cut ${node.name} off for ${forMs} ms`);
  node.connection.cut();
  time.after(forMs, () => {
    trace.add(`${node.name} is reachable again`);
    node.connection.heal();
  });
}

function loseRuntime({ nodes, time }: SimulatedCluster, random: Random): void {
  const node = pick(random, nodes);
  if (!node?.machine.available) return;
  node.machine.setAvailable(false);
  time.after(random.below(60_000), () => node.machine.setAvailable(true));
}

/** Slow: no fault, but every message takes a moment, so that more can happen in between. */
function changeWeather({ weather, trace }: SimulatedCluster, random: Random): void {
  const draw = random.fraction();
  const kind = draw < 0.25 ? 'calm' : draw < 0.5 ? 'slow' : 'rough';
  trace.add(`the weather gets ${kind}`);
  Object.assign(weather, calm);
  if (kind === 'slow') Object.assign(weather, { delayMs: 1 + random.below(200) });
  if (kind !== 'rough') return;
  const harshness = random.fraction() * (random.fraction() < 0.2 ? 5 : 1.5);
  for (const name of Object.keys(calm) as (keyof typeof calm)[]) {
    weather[name] = rough[name] * harshness;
  }
}

export const actions: readonly Action[] = [
  { name: 'create an app', weight: 8, run: createApp },
  { name: 'scale', weight: 6, run: scale },
  { name: 'roll out', weight: 6, run: (cluster, random) => rollOut(cluster, random) },
  { name: 'delete an app', weight: 2, run: deletes(deployments as Kind) },
  { name: 'replace an app', weight: 2, run: replaceApp },
  { name: 'delete a set', weight: 2, run: deletes(replicaSets as Kind, everyWay) },
  { name: 'delete a service', weight: 1, run: deletes(services as Kind) },
  { name: 'delete a slice', weight: 1, run: deletes(endpointSlices as Kind) },
  { name: 'delete endpoints', weight: 1, run: deletes(endpoints as Kind) },
  { name: 'create a team', weight: 2, run: createTeam },
  { name: 'delete a team', weight: 2, run: deleteTeam },
  { name: 'delete a pod', weight: 6, run: deletePod },
  { name: 'create a lone pod', weight: 5, run: createLonePod },
  { name: 'kill a container', weight: 6, run: killContainer },
  { name: 'run out of memory', weight: 3, run: runOutOfMemory },
  { name: 'resize a pod', weight: 3, run: resizePod },
  { name: 'kill a sandbox', weight: 2, run: killSandbox },
  { name: 'cut a node off', weight: 2, run: cutOff },
  { name: 'lose a runtime', weight: 1, run: loseRuntime },
  { name: 'kill an agent', weight: 2, run: onNode((node) => node.restart()) },
  { name: 'stop an agent', weight: 1, run: onNode((node) => node.stopAndStart()) },
  { name: 'reboot a machine', weight: 1, run: onNode((node) => node.reboot()) },
  { name: 'kill the control plane', weight: 2, run: (cluster) => cluster.restartControlPlane() },
  {
    name: 'stop the control plane',
    weight: 1,
    run: (cluster) => cluster.stopAndStartControlPlane(),
  },
  { name: 'change the weather', weight: 4, run: changeWeather },
  ...mishaps,
  ...nodeActions,
  ...appActions,
  ...setActions,
  ...batchActions,
  { name: 'delete a cron job', weight: 1, run: deletes(cronJobs as Kind, everyWay) },
  ...boundActions,
  { name: 'delete an autoscaler', weight: 1, run: deletes(horizontalPodAutoscalers as Kind) },
];

export function drawAction(random: Random): Action | undefined {
  const whole = actions.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.below(whole);
  return actions.find(({ weight }) => (left -= weight) < 0);
}
