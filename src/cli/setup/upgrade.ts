/** A newer gantry takes over a running cluster; an older one keeps its hands off. */
import { compareVersions } from '#base/versions.ts';
import { type ClusterConfig, defaultName } from '../cluster/cluster-config.ts';
import type { RunningStatus } from '../control.ts';
import { CommandError } from '../exit-code.ts';

/** Whether the program that runs is to be replaced by this one. Throws when this one is the older. */
export function needsUpgrade(
  config: ClusterConfig,
  { version: running }: Pick<RunningStatus, 'version'>,
  own: string,
): boolean {
  const order = compareVersions(own, running);
  if (order >= 0) return order > 0;
  const name = config.name === defaultName ? '' : ` --name ${config.name}`;
  throw new CommandError(
    'failed',
    `The cluster "${config.name}" is run by gantry ${running}, which is newer than this one (${own}).`,
    `Use that gantry, or a later one. To go back: "gantry down${name}" and "gantry up${name}" with this one; it says so when it cannot read the data.`,
  );
}
