/** What the status says of containers as it was last written: it bridges a restart of the agent. */
import type { ContainerStatus, Pod } from '#api/types.ts';
import type { Role } from './members.ts';
import type { ObservedContainer } from './observed.ts';

/** The written statuses among which a container of that role stands. */
export function statusesFor({ status }: Pod, role: Role): readonly ContainerStatus[] {
  if (role === 'main') return status?.containerStatuses ?? [];
  if (role === 'ephemeral') return status?.ephemeralContainerStatuses ?? [];
  return status?.initContainerStatuses ?? [];
}

/** Of exactly this container. */
export function writtenStatus(pod: Pod, { id, name }: ObservedContainer) {
  return [...statusesFor(pod, 'main'), ...statusesFor(pod, 'sidecar')].find(
    (status) => status.name === name && status.containerID === containerIdText(id),
  );
}

export const containerIdText = (id: string): string => `containerd://${id}`;
