/** The containers of a pod in the order in which they come up. */
import type { Container, EphemeralContainer, Pod, PodSpec } from '#api/types.ts';
import { rememberedOf } from '#base/remembered.ts';
import { hashOf } from './hash.ts';

export type Role = 'init' | 'sidecar' | 'main' | 'ephemeral';

export interface Member {
  readonly role: Role;
  readonly container: Container | EphemeralContainer;
}

/** Init containers and sidecars in spec order, main ones, ephemeral ones. */
export function membersOf({ spec }: Pod): readonly Member[] {
  return spec ? membersOfSpec(spec) : [];
}

/** A pod is looked at often, and its spec never changes: it is frozen, and replaced by another. */
const membersOfSpec = rememberedOf((spec: PodSpec): readonly Member[] => {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec;
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
});

/**
 * What of a container asks for a new one when it changes. Of the fields that an update may touch,
 * resources are changed in place; the image needs another container.
 */
export const templateHash = rememberedOf(({ name, image }: Container | EphemeralContainer) =>
  hashOf({ name, image }),
);

export function memberNamed(pod: Pod, name: string): Member | undefined {
  return membersOf(pod).find(({ container }) => container.name === name);
}
