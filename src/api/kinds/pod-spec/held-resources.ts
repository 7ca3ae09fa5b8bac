/**
 * What a running pod holds of its node, which after a resize is for a while not what its spec asks for:
 * the most of what is asked for, granted and applied; of a resize that its node can never give, what it
 * has. Source: KEP-1287, KEP-5419 (the pod as a whole); component-helpers resource, UseStatusResources.
 */
import { compareQuantities } from '../../quantity.ts';
import type {
  Container,
  ContainerStatus,
  Pod,
  PodSpec,
  ResourceRequirements,
} from '../../types.ts';
import { mostOf, type ResourceList } from './requests.ts';
import { isSidecar } from './restart-rules.ts';

/** The spec with the amounts that are held. Nearly always they are the spec's own, and it is the same object. */
export function heldSpec(pod: Pod): PodSpec {
  const { spec, status } = pod;
  const { containerStatuses, initContainerStatuses } = status ?? {};
  const containers = withHeld(pod, spec.containers, containerStatuses);
  const initContainers = withHeld(pod, spec.initContainers, initContainerStatuses, isSidecar);
  const resources = wholeHeld(pod);
  if (
    containers === spec.containers &&
    initContainers === spec.initContainers &&
    resources === spec.resources
  ) {
    return spec;
  }
  return {
    ...spec,
    ...(containers && { containers }),
    ...(initContainers && { initContainers }),
    ...(resources && { resources }),
  };
}

/** A pod that asks for nothing as a whole holds nothing beside its containers. */
function wholeHeld(pod: Pod): ResourceRequirements | undefined {
  const { resources: asked } = pod.spec;
  const { resources, allocatedResources } = pod.status ?? {};
  if (asked === undefined || resources === undefined) return asked;
  const told = { resources, allocatedResources };
  return isAsAsked(asked, told) ? asked : { ...asked, ...amountsOf(pod, asked, told) };
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
    const { resources: asked } = container;
    if (!status?.resources || isAsAsked(asked, status) || !isResizable(container)) {
      return container;
    }
    isOther = true;
    const resources = { ...asked, ...amountsOf(pod, asked, status) };
    return { ...container, resources };
  });
  return isOther ? all : containers;
}

/** As the status of a container, or of the pod, tells it. */
type Told = Pick<ContainerStatus, 'resources' | 'allocatedResources'>;

function isAsAsked(
  asked: ResourceRequirements | undefined,
  { resources, allocatedResources }: Told,
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
  asked: ResourceRequirements | undefined,
  { resources: applied, allocatedResources }: Told,
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
