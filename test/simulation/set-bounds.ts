/** What an update may take away when nothing else happens, and what it may add. */
import {
  daemonSets,
  deployments,
  nodes,
  pods,
  replicaSets,
  statefulSets,
} from '#api/kinds/index.ts';
import type { DaemonSet, Deployment, Pod, StatefulSet } from '#api/types.ts';
import { isDone, isHealthy, ownerOf, partOf, replicasOf } from './reading.ts';
import type { Ledger } from './ledger.ts';
import type { Observations } from './observations.ts';

/** Why the pod, which served until now, should not have been deleted; nothing: it was right. */
export function tooMuchTaken(pod: Pod, seen: Observations): string | undefined {
  const { ledger } = seen.cluster;
  const owner = ownerOf(pod);
  const set = ledger.list(statefulSets).find(({ metadata }) => metadata.uid === owner);
  if (set) return ofStatefulSet(set, pod, seen);
  const daemons = ledger.list(daemonSets).find(({ metadata }) => metadata.uid === owner);
  if (daemons) return ofDaemonSet(daemons, seen);
  const replicaSet = ledger.list(replicaSets).find(({ metadata }) => metadata.uid === owner);
  const app = ledger.list(deployments).find(({ metadata }) => metadata.uid === ownerOf(replicaSet));
  return app?.spec.strategy?.type === 'RollingUpdate' ? ofDeployment(app, seen) : undefined;
}

export function surgeOf(app: Deployment): number {
  const { maxSurge = '25%' } = app.spec.strategy?.rollingUpdate ?? {};
  if (app.spec.strategy?.type === 'Recreate') return 0;
  const surge = partOf(maxSurge, replicasOf(app), Math.ceil);
  return surge === 0 && unavailableOf(app) === 0 ? 1 : surge;
}

function unavailableOf(app: Deployment): number {
  const { maxUnavailable = '25%' } = app.spec.strategy?.rollingUpdate ?? {};
  return partOf(maxUnavailable, replicasOf(app), Math.floor);
}

/** The least that it wanted in the time that loops may still know of. */
function leastOf<T extends Deployment | StatefulSet | DaemonSet>(
  set: T,
  seen: Observations,
  leastIn: (form: T) => number,
): number {
  return Math.min(...seen.formsOf<T>(set.metadata.uid).map(leastIn));
}

function ofDeployment(app: Deployment, seen: Observations): string | undefined {
  const { ledger } = seen.cluster;
  const available = ledger
    .list(replicaSets)
    .filter((one) => ownerOf(one) === app.metadata.uid)
    .flatMap(({ metadata }) => serving(metadata.uid, ledger))
    .filter((pod) => !isDone(pod)).length;
  const least = leastOf(app, seen, (form) => replicasOf(form) - unavailableOf(form));
  if (available >= least) return undefined;
  return `${app.metadata.name}: ${available} available pods in an update, at least ${least} wanted`;
}

function serving(owner: string | undefined, ledger: Ledger): readonly Pod[] {
  return ledger.list(pods).filter((pod) => ownerOf(pod) === owner && isHealthy(pod));
}

function ofStatefulSet(set: StatefulSet, pod: Pod, seen: Observations): string | undefined {
  const ordinal = Number(pod.metadata.labels?.['apps.kubernetes.io/pod-index']);
  const { name } = pod.metadata;
  const firstIn = ({ spec: { ordinals, updateStrategy } }: StatefulSet): number =>
    (ordinals?.start ?? 0) + (updateStrategy?.rollingUpdate?.partition ?? 0);
  if (ordinal < leastOf(set, seen, firstIn)) return `${name} is below the partition`;
  const least = leastOf(set, seen, (form) => {
    const { maxUnavailable = 1 } = form.spec.updateStrategy?.rollingUpdate ?? {};
    const wanted = replicasOf(form);
    return wanted - Math.max(1, partOf(maxUnavailable, wanted, Math.floor));
  });
  const left = serving(set.metadata.uid, seen.cluster.ledger).length;
  return left < least
    ? `${name}: ${left} pods serve in an update, at least ${least} wanted`
    : undefined;
}

function ofDaemonSet(set: DaemonSet, seen: Observations): string | undefined {
  const { ledger } = seen.cluster;
  const wanted = ledger.list(nodes).length;
  const least = leastOf(set, seen, ({ spec: { updateStrategy } }) => {
    const { maxUnavailable = 1 } = updateStrategy?.rollingUpdate ?? {};
    return wanted - partOf(maxUnavailable, wanted, Math.ceil);
  });
  const served = new Set(serving(set.metadata.uid, ledger).map(({ spec }) => spec.nodeName)).size;
  if (served >= least) return undefined;
  return `${set.metadata.name}: ${served} nodes are served in an update, at least ${least} wanted`;
}
