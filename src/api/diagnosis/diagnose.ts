/**
 * Why an object does not do what it should: from the object down to the causes. Pure: what it needs
 * to know and does not yet, it notes in its facts (`facts.ts`).
 */
import type { KubeObject } from '../object.ts';
import { claimFindings } from './claims.ts';
import { deletionFindings, namespaceFindings } from './deletion.ts';
import type { Facts } from './facts.ts';
import { explain, type ExplainedFinding, type Finding, grouped } from './finding.ts';
import { ingressFindings } from './ingresses.ts';
import { nodeFindings } from './nodes.ts';
import { podFindings } from './pods.ts';
import { serviceFindings } from './services.ts';
import type { Objects, SortName } from './sorts.ts';
import { volumeFindings } from './volumes.ts';
import {
  autoscalerFindings,
  budgetFindings,
  cronJobFindings,
  daemonSetFindings,
  deploymentFindings,
  jobFindings,
  replicaSetFindings,
  statefulSetFindings,
} from './workloads.ts';

type Area<S extends SortName> = (object: Objects[S], facts: Facts) => Finding[];

const areas: { readonly [S in SortName]?: Area<S> } = {
  cronjob: cronJobFindings,
  daemonset: daemonSetFindings,
  deployment: deploymentFindings,
  horizontalpodautoscaler: autoscalerFindings,
  ingress: ingressFindings,
  job: jobFindings,
  namespace: namespaceFindings,
  node: nodeFindings,
  persistentvolumeclaim: claimFindings,
  persistentvolume: volumeFindings,
  pod: podFindings,
  poddisruptionbudget: budgetFindings,
  replicaset: replicaSetFindings,
  replicationcontroller: replicaSetFindings,
  service: serviceFindings,
  statefulset: statefulSetFindings,
};

/** Causes first. Empty: nothing is wrong with it. */
export function diagnose(
  sort: SortName | undefined,
  object: KubeObject,
  facts: Facts,
): ExplainedFinding[] {
  const area =
    sort && (areas[sort] as ((object: KubeObject, facts: Facts) => Finding[]) | undefined);
  const own = area?.(object, facts) ?? [];
  const ownDeletion = sort === 'pod' || sort === 'namespace' ? [] : deletionFindings(object);
  return grouped([...own, ...ownDeletion]).map(explain);
}
