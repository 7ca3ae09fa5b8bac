/**
 * What a running pod holds of its node, which after a resize is for a while not what its spec asks for:
 * the most of what is asked for, granted and applied; of a resize that its node can never give, what it
 * has. Source: KEP-1287; component-helpers resource, UseStatusResources.
 */
import { compareQuantities } from '../../quantity.ts';
import type { Container, ContainerStatus, Pod, PodSpec } from '../../types.ts';
import { mostOf, type ResourceList } from './requests.ts';
import { isSidecar } from './restart-rules.ts';

/** The spec with the amounts that are held. Nearly always they are the spec's own, and it is the same object. */
export function heldSpec(pod: Pod): PodSpec {
  const { spec, status } = pod;
  const { containerStatuses, initContainerStatuses } = status ?? {};
  const containers = withHeld(pod, spec.containers, containerStatuses);
  const initContainers = withHeld(pod, spec.initContainers, initContainerStatuses, isSidecar);
  if (containers === spec.containers && initContainers === spec.initContainers) return spec;
  return { ...spec, ...(containers && { containers }), ...(initContainers && { initContainers }) };
}

/** The same list where nothing else is held. */
function withHeld(
  pod: Pod,
  containers: Container[] | undefined,
  statuses: readonly ContainerStatus[] | undefined,
  isResizable: (container: Container) => boolean = () => true,
): Container[] | undefined {
  if (containers === undefined || statuses === undefined) return containers;
  let isOther = false;
  const all = containers.map((container) => {
    const status = statuses.find(({ name }) => name === container.name);
    if (!status?.resources || isAsAsked(container, status) || !isResizable(container)) {
      return container;
    }
    isOther = true;
    const resources = { ...container.resources, ...amountsOf(pod, container, status) };
    return { ...container, resources };
  });
  return isOther ? all : containers;
}

function isAsAsked(
  { resources: asked }: Container,
  { resources, allocatedResources }: ContainerStatus,
): boolean {
  return (
    isSame(asked?.requests, resources?.requests) &&
    isSame(asked?.limits, resources?.limits) &&
    (allocatedResources === undefined || isSame(asked?.requests, allocatedResources))
  );
}

function isSame(a: ResourceList = {}, b: ResourceList = {}): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => {
      const [one, other] = [a[name], b[name]];
      if (one === other || one === undefined || other === undefined) return one === other;
      return compareQuantities(one, other) === 0;
    })
  );
}

function amountsOf(
  pod: Pod,
  { resources: asked }: Container,
  { resources: applied, allocatedResources }: ContainerStatus,
): { readonly requests: ResourceList; readonly limits: ResourceList } {
  const requests = mostOf(applied?.requests ?? {}, allocatedResources ?? {});
  const limits = applied?.limits ?? {};
  if (isInfeasible(pod)) return { requests, limits };
  return {
    requests: mostOf(asked?.requests ?? {}, requests),
    limits: mostOf(asked?.limits ?? {}, limits),
  };
}

function isInfeasible({ status }: Pod): boolean {
  return (status?.conditions ?? []).some(
    ({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible',
  );
}
