/**
 * What a pod asks for as a whole. Init containers run before the others and one by one, so the pod
 * needs the most that any moment needs, not the sum; a sidecar keeps running beside whatever follows.
 * Source: KEP-753, KEP-2837; component-helpers resource, AggregateContainerRequests.
 */
import { addQuantities, compareQuantities } from '../../quantity.ts';
import type { Container, PodSpec, Quantity } from '../../types.ts';
import { ownValue } from '../common/records.ts';
import { isSidecar } from './restart-rules.ts';

export type ResourceList = Readonly<Record<string, Quantity>>;

/** For a scheduler: with what the pod says of itself as a whole, and its runtime's overhead. */
export function podRequests(spec: PodSpec): ResourceList {
  return plus({ ...containerRequests(spec), ...spec.resources?.requests }, spec.overhead);
}

/** The bound of the pod as a whole: what its containers may use together. */
export function podLimits(spec: PodSpec): ResourceList {
  const limits = { ...aggregated(spec, limitsOf), ...spec.resources?.limits };
  const overhead = Object.entries(spec.overhead ?? {}).filter(([name]) => name in limits);
  return plus(limits, Object.fromEntries(overhead));
}

/** Of the containers alone. */
export function containerRequests(spec: PodSpec): ResourceList {
  return aggregated(spec, requestsOf);
}

function aggregated(spec: PodSpec, listOf: (container: Container) => ResourceList): ResourceList {
  let together: ResourceList = {};
  for (const container of spec.containers ?? []) together = plus(together, listOf(container));
  let sidecars: ResourceList = {};
  let initial: ResourceList = {};
  for (const container of spec.initContainers ?? []) {
    const own = listOf(container);
    const atThatTime = plus(own, sidecars);
    if (isSidecar(container)) {
      together = plus(together, own);
      sidecars = atThatTime;
    }
    initial = mostOf(initial, atThatTime);
  }
  return mostOf(together, initial);
}

function requestsOf({ resources }: Container): ResourceList {
  return resources?.requests ?? {};
}

function limitsOf({ resources }: Container): ResourceList {
  return resources?.limits ?? {};
}

function plus(left: ResourceList, right: ResourceList | undefined): ResourceList {
  return merged(left, right ?? {}, addQuantities);
}

/** Of each resource that either names the larger amount. */
export function mostOf(left: ResourceList, right: ResourceList): ResourceList {
  return merged(left, right, (a, b) => (compareQuantities(a, b) >= 0 ? a : b));
}

function merged(
  left: ResourceList,
  right: ResourceList,
  combine: (left: Quantity, right: Quantity) => Quantity,
): ResourceList {
  const result: Record<string, Quantity> = { ...left };
  for (const [name, quantity] of Object.entries(right)) {
    const other = ownValue(result, name);
    result[name] = other === undefined ? quantity : combine(other, quantity);
  }
  return result;
}
