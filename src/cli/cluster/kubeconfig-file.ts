/** The cluster's entry in a person's kubeconfig: written by `up`, kept current by `up` and `status`. */
import { type Machine, writePrivate } from '../machine.ts';
import { type ClusterConfig, clusterPaths, contextName } from './cluster-config.ts';
import { clientCertificateOf, kubeconfigPath, withEntry } from './kubeconfig.ts';

/** Puts the entry in, and makes its context the current one. Answers the file. */
export async function mergeKubeconfig(machine: Machine, config: ClusterConfig): Promise<string> {
  const path = kubeconfigPath(machine.host.environment);
  const before = (await machine.files.readText(path)) ?? '';
  const after = withEntry(before, await entryOf(machine, config), path, 'current');
  if (after !== before) await writePrivate(machine, path, after);
  return path;
}

/**
 * Brings an entry that is there up to date: its certificates have been renewed meanwhile. Makes none,
 * and leaves the current context as it is. Answers the file when it was changed.
 */
export async function refreshKubeconfig(
  machine: Machine,
  config: ClusterConfig,
): Promise<string | undefined> {
  const path = kubeconfigPath(machine.host.environment);
  const before = await machine.files.readText(path);
  if (before === undefined || clientCertificateOf(before, contextName(config.name)) === undefined)
    return undefined;
  const entry = await entryOf(machine, config);
  if (entry.clientCertificate === '') return undefined;
  const after = withEntry(before, entry, path, 'others');
  if (after === before) return undefined;
  await writePrivate(machine, path, after);
  return path;
}

async function entryOf(machine: Machine, config: ClusterConfig) {
  const { pki } = clusterPaths(config);
  const read = async (file: string): Promise<string> =>
    (await machine.files.readText(`${pki}/${file}`)) ?? '';
  return {
    name: contextName(config.name),
    server: `https://127.0.0.1:${config.apiPort}`,
    caCertificate: await read('ca.crt'),
    clientCertificate: await read('admin.crt'),
    clientKey: await read('admin.key'),
  };
}
