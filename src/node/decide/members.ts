/** The containers of a pod in the order in which they come up. */
import type { Container, EphemeralContainer, Pod } from '#api/types.ts';
import { hashOf } from './hash.ts';

export type Role = 'init' | 'sidecar' | 'main' | 'ephemeral';

export interface Member {
  readonly role: Role;
  readonly container: Container | EphemeralContainer;
}

/** Init containers and sidecars in spec order, main ones, ephemeral ones. */
export function membersOf(pod: Pod): readonly Member[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  return [
    ...initContainers.map(
      (container): Member => ({
        role: container.restartPolicy === 'Always' ? 'sidecar' : 'init',
        container,
      }),
    ),
    ...containers.map((container): Member => ({ role: 'main', container })),
    ...ephemeralContainers.map((container): Member => ({ role: 'ephemeral', container })),
  ];
}

/**
 * What of a container asks for a new one when it changes. Of the fields that an update may touch,
 * resources are changed in place; the image needs another container.
 */
export function templateHash(container: Container | EphemeralContainer): string {
  const known = hashes.get(container);
  if (known !== undefined) return known;
  const hash = hashOf({ name: container.name, image: container.image });
  hashes.set(container, hash);
  return hash;
}

/** A pod is looked at often, and its containers never change: they are frozen, and replaced by others. */
const hashes = new WeakMap<Container | EphemeralContainer, string>();

export function memberNamed(pod: Pod, name: string): Member | undefined {
  return membersOf(pod).find(({ container }) => container.name === name);
}
