/** Whose a data directory is: "reset" removes it whole, so nobody else's may ever be taken. */
import { type ClusterConfig, clusterPaths } from '../cluster/cluster-config.ts';
import { CommandError } from '../exit-code.ts';
import type { Machine } from '../machine.ts';

const cure = 'Choose another one with --data-dir: one that is empty, or not there yet.';

/** A new file system of ext4 has it: what its repair finds goes there. */
const repaired = 'lost+found';

/** For a new cluster. Answers whether there is data of an earlier one, which must outlive a failed start. */
export async function claimDataDirectory(
  { files }: Machine,
  config: ClusterConfig,
  others: readonly ClusterConfig[],
): Promise<{ readonly holdsData: boolean }> {
  const { dataDir } = config;
  const other = others.find(
    (each) => isWithin(dataDir, each.dataDir) || isWithin(each.dataDir, dataDir),
  );
  if (other) {
    throw new CommandError(
      'machine',
      `The data directory ${dataDir} belongs to the cluster "${other.name}".`,
      cure,
    );
  }
  if ((await files.info(dataDir))?.type !== 'directory') return { holdsData: false };
  const names = (await files.list(dataDir)).map(({ name }) => name);
  if (names.every((name) => name === repaired)) return { holdsData: false };
  if (await files.info(clusterPaths(config).store)) return { holdsData: true };
  throw new CommandError(
    'machine',
    `The directory ${dataDir} holds files that are not gantry's, and "gantry reset" would remove them.`,
    cure,
  );
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
