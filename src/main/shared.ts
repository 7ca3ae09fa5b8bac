/** What the clusters of this machine change on it together. */
import type { ClusterConfig } from '#cli/cluster/cluster-config.ts';
import { systemFiles as files } from '#sys/files.ts';
import { type SharedChanges, sharedChanges } from '#sys/shared-changes.ts';

/** No cluster's name begins with a dot. */
const folder = '/run/gantry/.shared';

export interface Shared {
  /** Of the kernel. */
  readonly switches: SharedChanges;
  /** Of mounts. */
  readonly propagation: SharedChanges;
}

export function sharedBy({ name }: Pick<ClusterConfig, 'name'>): Shared {
  return {
    switches: sharedChanges(files, `${folder}/switches`, name),
    propagation: sharedChanges(files, `${folder}/propagation`, name),
  };
}
