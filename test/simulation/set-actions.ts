/** What people do with StatefulSets and DaemonSets. */
import { daemonSets, services, statefulSets } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { DaemonSet, StatefulSet } from '#api/types.ts';
import type { Random } from '#base/random.ts';
import type { Action } from './actions.ts';
import type { SimulatedCluster } from './cluster.ts';
import { daemonSetDraft, imageNamed, serviceDraft, statefulSetDraft } from './workload.ts';

/** One of each: their names, and those of their pods, are used again and again. */
const names = { statefulSet: 'db', daemonSet: 'log' };

const living = <T extends StatefulSet | DaemonSet>(
  cluster: SimulatedCluster,
  kind: Kind<T>,
): T | undefined =>
  cluster.ledger.list(kind).find(({ metadata }) => metadata.deletionTimestamp === undefined);

/** A claim holds its pod to one node, which may have no room where others have taken all. */
function statefulSetOf(
  cluster: SimulatedCluster,
  random: Random,
): object & { spec: StatefulSet['spec'] } {
  const draft = statefulSetDraft(names.statefulSet, random);
  if (!cluster.isTight) return draft;
  const { volumeClaimTemplates: _, ...spec } = draft.spec;
  return { ...draft, spec };
}

/**
 * A pod that must be on every node finds no room where others have taken all: it makes them leave.
 * Then its successor waits until it has gone, since two of them would need room for one more.
 */
function daemonSetOf(cluster: SimulatedCluster, random: Random): object & Pick<DaemonSet, 'spec'> {
  const draft = daemonSetDraft(names.daemonSet, random);
  if (!cluster.isTight) return draft;
  const { template, ...rest } = draft.spec;
  const podSpec = { ...template.spec, priorityClassName: 'system-node-critical' };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } };
  return { ...draft, spec: { ...rest, updateStrategy, template: { ...template, spec: podSpec } } };
}

async function createStatefulSet(cluster: SimulatedCluster, random: Random): Promise<void> {
  const draft = statefulSetOf(cluster, random);
  cluster.trace.add(`create a stateful set with ${draft.spec.replicas} replicas`);
  await cluster.create(services as Kind, serviceDraft(names.statefulSet)).catch(() => undefined);
  await cluster.create(statefulSets as Kind, draft);
}

async function createDaemonSet(cluster: SimulatedCluster, random: Random): Promise<void> {
  cluster.trace.add('create a daemon set');
  await cluster.create(daemonSets as Kind, daemonSetOf(cluster, random));
}

async function scaleStatefulSet(cluster: SimulatedCluster, random: Random): Promise<void> {
  const set = living(cluster, statefulSets);
  if (!set) return;
  const spec =
    random.fraction() < 0.2
      ? { ordinals: { start: random.below(3) } }
      : { replicas: random.below(5) };
  cluster.trace.add(`the stateful set: ${JSON.stringify(spec)}`);
  await cluster.patch(statefulSets as Kind, set, { spec });
}

async function partition(cluster: SimulatedCluster, random: Random): Promise<void> {
  const set = living(cluster, statefulSets);
  if (set?.spec.updateStrategy?.type !== 'RollingUpdate') return;
  const rollingUpdate = { partition: random.below(4) };
  cluster.trace.add(`the stateful set: ${JSON.stringify(rollingUpdate)}`);
  await cluster.patch(statefulSets as Kind, set, { spec: { updateStrategy: { rollingUpdate } } });
}

function rollsOut<T extends StatefulSet | DaemonSet>(kind: Kind<T>): Action['run'] {
  return async (cluster, random) => {
    const set = living(cluster, kind);
    if (set) await rollOutSet(cluster, random, set);
  };
}

export async function rollOutSet(
  cluster: SimulatedCluster,
  random: Random,
  set: StatefulSet | DaemonSet,
): Promise<void> {
  const [first, ...others] = set.spec.template.spec.containers;
  const image = imageNamed('web', 1 + random.below(4));
  cluster.trace.add(`roll ${set.metadata.name} out with ${image}`);
  const template = { spec: { containers: [{ ...first, image }, ...others] } };
  const kind = set.kind === 'StatefulSet' ? (statefulSets as Kind) : (daemonSets as Kind);
  await cluster.patch(kind, set, { spec: { template } });
}

function deletes<T extends StatefulSet | DaemonSet>(kind: Kind<T>): Action['run'] {
  return async (cluster, random) => {
    const set = living(cluster, kind);
    if (!set) return;
    const propagationPolicy = random.fraction() < 0.5 ? 'Background' : 'Foreground';
    cluster.trace.add(`delete ${set.metadata.name} (${propagationPolicy})`);
    await cluster.delete(kind as unknown as Kind, set, { propagationPolicy });
  };
}

/** Its pods stay, and are taken on by the next of the name, which comes at once or a little later. */
function replaces<T extends StatefulSet | DaemonSet>(
  kind: Kind<T>,
  draftOf: (cluster: SimulatedCluster, random: Random) => object,
): Action['run'] {
  return async (cluster, random) => {
    const set = living(cluster, kind);
    if (!set) return;
    const { name, uid } = set.metadata;
    const draft = draftOf(cluster, random);
    cluster.trace.add(`replace ${name}`);
    await cluster.delete(kind as unknown as Kind, set, { propagationPolicy: 'Orphan' });
    const create = (): void => {
      const found = cluster.ledger.list(kind).find(({ metadata }) => metadata.name === name);
      if (found && found.metadata.uid !== uid) return;
      cluster.time.after(1_000, create);
      void cluster.create(kind as unknown as Kind, draft).catch(() => undefined);
    };
    cluster.time.after(random.below(3_000), create);
  };
}

export const setActions: readonly Action[] = [
  { name: 'create a stateful set', weight: 4, run: createStatefulSet },
  { name: 'scale a stateful set', weight: 4, run: scaleStatefulSet },
  { name: 'roll a stateful set out', weight: 4, run: rollsOut(statefulSets) },
  { name: 'move a partition', weight: 2, run: partition },
  { name: 'delete a stateful set', weight: 1, run: deletes(statefulSets) },
  { name: 'replace a stateful set', weight: 1, run: replaces(statefulSets, statefulSetOf) },
  { name: 'create a daemon set', weight: 3, run: createDaemonSet },
  { name: 'roll a daemon set out', weight: 3, run: rollsOut(daemonSets) },
  { name: 'delete a daemon set', weight: 1, run: deletes(daemonSets) },
  { name: 'replace a daemon set', weight: 1, run: replaces(daemonSets, daemonSetOf) },
];
