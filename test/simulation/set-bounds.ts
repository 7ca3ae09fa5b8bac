/** What an update of a StatefulSet or a DaemonSet may take away, when nothing else happens. */
import { daemonSets, nodes, pods, statefulSets } from '#api/kinds/index.ts';
import type { DaemonSet, Pod, StatefulSet } from '#api/types.ts';
import { isReady, ownerOf, partOf, replicasOf } from './reading.ts';
import type { Ledger } from './ledger.ts';

/** Why the pod, which served until now, should not have been deleted; nothing: it was right. */
export function tooMuchTaken(pod: Pod, ledger: Ledger): string | undefined {
  const owner = ownerOf(pod);
  const set = ledger.list(statefulSets).find(({ metadata }) => metadata.uid === owner);
  if (set) return ofStatefulSet(set, pod, ledger);
  const daemons = ledger.list(daemonSets).find(({ metadata }) => metadata.uid === owner);
  return daemons && ofDaemonSet(daemons, ledger);
}

function serving(owner: string | undefined, ledger: Ledger): readonly Pod[] {
  return ledger
    .list(pods)
    .filter((pod) => ownerOf(pod) === owner && !pod.metadata.deletionTimestamp && isReady(pod));
}

function ofStatefulSet(set: StatefulSet, pod: Pod, ledger: Ledger): string | undefined {
  const { ordinals, updateStrategy } = set.spec;
  const { partition = 0, maxUnavailable = 1 } = updateStrategy?.rollingUpdate ?? {};
  const ordinal = Number(pod.metadata.labels?.['apps.kubernetes.io/pod-index']);
  const { name } = pod.metadata;
  if (ordinal - (ordinals?.start ?? 0) < partition) return `${name} is below the partition`;
  const wanted = replicasOf(set);
  const least = wanted - Math.max(1, partOf(maxUnavailable, wanted, Math.floor));
  const left = serving(set.metadata.uid, ledger).length;
  return left < least
    ? `${name}: ${left} pods serve in an update, at least ${least} wanted`
    : undefined;
}

function ofDaemonSet(set: DaemonSet, ledger: Ledger): string | undefined {
  const { maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const wanted = ledger.list(nodes).length;
  const least = wanted - partOf(maxUnavailable, wanted, Math.ceil);
  const served = new Set(serving(set.metadata.uid, ledger).map(({ spec }) => spec.nodeName)).size;
  if (served >= least) return undefined;
  return `${set.metadata.name}: ${served} nodes are served in an update, at least ${least} wanted`;
}
