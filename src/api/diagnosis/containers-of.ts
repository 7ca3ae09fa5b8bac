/** The containers of a pod, each with its status and the words that point at it. */
import type { Container, ContainerStatus, Pod } from '../types.ts';

export interface ContainerOfPod {
  readonly pod: Pod;
  readonly container: Container;
  readonly status: ContainerStatus | undefined;
  /** `spec.containers{web}`: how events point at it. */
  readonly fieldPath: string;
}

export function containersOf(pod: Pod): ContainerOfPod[] {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const of = (
    all: readonly Container[],
    statuses: readonly ContainerStatus[],
    field: string,
  ): ContainerOfPod[] =>
    all.map((container) => ({
      pod,
      container,
      status: statuses.find(({ name }) => name === container.name),
      fieldPath: `${field}{${container.name}}`,
    }));
  return [
    ...of(initContainers, initContainerStatuses, 'spec.initContainers'),
    ...of(containers, containerStatuses, 'spec.containers'),
  ];
}

export function logsCommand({ metadata }: Pod, container: string, previous = false): string {
  const { namespace, name } = metadata;
  const where = namespace === 'default' ? '' : ` -n ${namespace}`;
  return `kubectl logs ${name} -c ${container}${where}${previous ? ' --previous' : ''}`;
}
