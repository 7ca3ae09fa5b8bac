/** Whether autoscalers keep to their bounds, and what they scale with them. */
import { deployments, statefulSets } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { Deployment, HorizontalPodAutoscaler, StatefulSet } from '#api/types.ts';
import type { Words, Written } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import type { Observations } from './observations.ts';
import { replicasOf } from './reading.ts';

/** Asked when it has scaled: to what, the status says. */
export function scaledBeyond(
  seen: Observations,
  { previous, current }: Written<HorizontalPodAutoscaler>,
): Words {
  const { lastScaleTime, desiredReplicas = 0 } = current?.status ?? {};
  if (!current || !previous || lastScaleTime === previous.status?.lastScaleTime) return undefined;
  const forms = seen.formsOf<HorizontalPodAutoscaler>(current.metadata.uid);
  const least = Math.min(...forms.map(({ spec }) => spec.minReplicas ?? 1));
  const most = Math.max(...forms.map(({ spec }) => spec.maxReplicas));
  if (desiredReplicas >= least && desiredReplicas <= most) return undefined;
  return `autoscaler ${current.metadata.name} asked for ${desiredReplicas} replicas, bounds are ${least} and ${most}`;
}

/** What people turned off by scaling it to none is left alone. */
export function ofAutoscaler(autoscaler: HorizontalPodAutoscaler, ledger: Ledger): string[] {
  const { metadata, spec, status } = autoscaler;
  const target = targetOf(autoscaler, ledger);
  const name = `autoscaler ${metadata.name}`;
  const complaints =
    status?.observedGeneration === metadata.generation ? [] : [`${name} was not observed`];
  const replicas = target ? replicasOf(target) : 0;
  if (replicas === 0) return complaints;
  const { minReplicas = 1, maxReplicas } = spec;
  if (replicas < minReplicas || replicas > maxReplicas) {
    complaints.push(`${name} leaves ${replicas}, bounds are ${minReplicas} and ${maxReplicas}`);
  }
  const { currentReplicas, desiredReplicas } = status ?? {};
  for (const count of [currentReplicas, desiredReplicas]) {
    if (count !== replicas) complaints.push(`${name} says ${count} replicas, not ${replicas}`);
  }
  return complaints;
}

function targetOf(
  { metadata, spec: { scaleTargetRef } }: HorizontalPodAutoscaler,
  ledger: Ledger,
): Deployment | StatefulSet | undefined {
  return [deployments as Kind, statefulSets as Kind]
    .filter(({ kind }) => kind === scaleTargetRef.kind)
    .flatMap((kind) => ledger.list<Deployment | StatefulSet>(kind as never))
    .find(({ metadata: { namespace, name } }) => {
      return namespace === metadata.namespace && name === scaleTargetRef.name;
    });
}
