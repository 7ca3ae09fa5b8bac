import type { Pod } from '#api/types.ts';
import { memberNamed } from '../decide/members.ts';

/** How the kubelet names the part of a pod that an event is about. */
export function fieldPathOf(pod: Pod, name: string): string {
  const role = memberNamed(pod, name)?.role;
  const list =
    role === 'main'
      ? 'containers'
      : role === 'ephemeral'
        ? 'ephemeralContainers'
        : 'initContainers';
  return `spec.${list}{${name}}`;
}
