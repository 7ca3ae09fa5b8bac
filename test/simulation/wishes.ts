/** In the end people take back what would keep others from their place: then there is room for all. */
import {
  deployments,
  horizontalPodAutoscalers,
  nodes,
  pods,
  resourceQuotas,
  statefulSets,
} from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import { isStatusError } from '#base/status-error.ts';
import type { Deployment, Pod, StatefulSet } from '#api/types.ts';
import type { SimulatedCluster } from './cluster.ts';
import { resume } from './app-actions.ts';
import { isNarrow, raiseQuota, setAutoscalerBounds } from './bound-actions.ts';
import { isByHand, setTaints, uncordon } from './node-actions.ts';
import { isDone, isInfeasible, replicasOf } from './reading.ts';
import { isLarge, usualRequests } from './workload.ts';

const replicasMax = 2;

/** Each of them once; nothing: it is done. */
export function takenBack(cluster: SimulatedCluster): (() => Promise<unknown>)[] {
  const { ledger } = cluster;
  const living = ledger.list(pods).filter((pod) => !isDone(pod) && !pod.metadata.deletionTimestamp);
  const closed = ledger.list(nodes);
  const work = [
    ...closed
      .filter(({ spec }) => spec?.unschedulable)
      .map((node) => () => uncordon(cluster, node)),
    ...closed
      .filter(({ spec }) => spec?.taints?.some(isByHand))
      .map((node) => () => {
        return setTaints(cluster, node, (known) => known.filter((taint) => !isByHand(taint)));
      }),
    ...ledger
      .list(deployments)
      .filter(({ spec }) => spec.paused)
      .map((app) => () => resume(cluster, app)),
    ...ledger
      .list(resourceQuotas)
      .filter(isNarrow)
      .map((quota) => () => raiseQuota(cluster, quota)),
    ...living.filter(isLarge).map((pod) => () => cluster.delete(pods as Kind, pod, {})),
    ...living.filter(hasGrown).map((pod) => () => shrink(cluster, pod)),
    ...(cluster.isTight ? scaledDown(cluster) : []),
  ];
  return work.map((one) => () => one().catch(unlessOutrun));
}

/** What can never be does not hurt anybody. */
const hasGrown = (pod: Pod): boolean =>
  !isInfeasible(pod) &&
  pod.spec.containers[0]?.resources?.requests?.['cpu'] !== undefined &&
  pod.spec.containers[0].resources.requests['cpu'] !== usualRequests.cpu;

function shrink(cluster: SimulatedCluster, pod: Pod): Promise<unknown> {
  const name = pod.spec.containers[0]?.name ?? '';
  return cluster.resize(pod, { name, resources: { requests: usualRequests } });
}

/** First whoever would scale them up again. */
function scaledDown(cluster: SimulatedCluster): (() => Promise<unknown>)[] {
  const bounds = { minReplicas: 1, maxReplicas: replicasMax };
  const autoscalers = cluster.ledger
    .list(horizontalPodAutoscalers)
    .filter(({ spec }) => spec.maxReplicas > replicasMax)
    .map((autoscaler) => () => setAutoscalerBounds(cluster, autoscaler, bounds));
  const apps = [deployments as Kind, statefulSets as Kind].flatMap((kind) =>
    cluster.ledger
      .list<Deployment | StatefulSet>(kind as never)
      .filter((app) => !app.metadata.deletionTimestamp && replicasOf(app) > replicasMax)
      .map((app) => () => cluster.patch(kind, app, { spec: { replicas: replicasMax } })),
  );
  return [...autoscalers, ...apps];
}

/** Somebody deleted or changed it just now. */
function unlessOutrun(error: unknown): void {
  const reasons = ['NotFound', 'Conflict', 'Invalid'] as const;
  if (!reasons.some((reason) => isStatusError(error, reason))) throw error;
}
