/**
 * How hard a pod is held to its resources when its node runs short. Guaranteed: every container has
 * limits on processor and memory and asks for exactly these. BestEffort: nobody asks for anything.
 */
import { compareQuantities } from '../../quantity.ts';
import type { PodSpec, ResourceRequirements } from '../../types.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const measured = ['cpu', 'memory'] as const;

export function qosClassOf(spec: PodSpec): QosClass {
  const all = hasAny(spec.resources)
    ? [spec.resources]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((each) => each.resources);
  if (!all.some(hasAny)) return 'BestEffort';
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function hasAny(resources: ResourceRequirements | undefined): boolean {
  return measured.some(
    (name) => isPositive(resources?.requests?.[name]) || isPositive(resources?.limits?.[name]),
  );
}

function isGuaranteed(resources: ResourceRequirements | undefined): boolean {
  return measured.every((name) => {
    const limit = resources?.limits?.[name];
    if (limit === undefined || !isPositive(limit)) return false;
    return compareQuantities(resources?.requests?.[name] ?? '0', limit) === 0;
  });
}

function isPositive(quantity: string | undefined): boolean {
  return quantity !== undefined && compareQuantities(quantity, '0') > 0;
}
