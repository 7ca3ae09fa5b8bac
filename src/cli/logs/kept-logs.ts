/** Logs of pods that are gone: their node keeps the last of each workload for a while. */
import type { KubeObject } from '#api/object.ts';
import type { Credentials } from '../api/credentials.ts';
import type { ClusterConfig } from '../cluster/cluster-config.ts';
import { allConfigs, controlCall } from '../cluster/clusters.ts';
import type { KeptLogPart, KeptPodInfo } from '../control.ts';
import type { Machine } from '../machine.ts';

/** The cluster of this machine that these credentials lead to; only it can be asked for kept logs. */
export async function localCluster(
  machine: Machine,
  { server }: Credentials,
): Promise<ClusterConfig | undefined> {
  if (machine.host.userId !== 0) return undefined;
  const configs = await allConfigs(machine).catch(() => []);
  return configs.find(({ apiPort }) => server === `https://127.0.0.1:${apiPort}`);
}

export interface KeptOf {
  readonly namespace: string;
  /** Of the workload, or `Pod` for a pod by its own name. */
  readonly kind: string;
  readonly name: string;
}

/** Newest first; none where the program does not answer. */
export async function keptPods(
  machine: Machine,
  config: ClusterConfig,
  { namespace, kind, name }: KeptOf,
): Promise<readonly KeptPodInfo[]> {
  const query = new URLSearchParams(
    kind === 'Pod' ? { namespace, pod: name } : { namespace, kind, name },
  );
  const path = `/kept-logs?${query.toString()}`;
  const body = await controlCall(machine, config, { method: 'GET', path }).catch(() => '[]');
  return JSON.parse(body) as KeptPodInfo[];
}

export async function keptLines(
  machine: Machine,
  config: ClusterConfig,
  { uid }: Pick<KeptPodInfo, 'uid'>,
  container: string,
  options: { readonly previous: boolean; readonly lines: number | undefined },
): Promise<readonly string[]> {
  const query = new URLSearchParams({ uid, container, previous: String(options.previous) });
  if (options.lines !== undefined) query.set('tail', String(options.lines));
  const path = `/kept-logs/lines?${query.toString()}`;
  const body = await controlCall(machine, config, { method: 'GET', path });
  const text = (JSON.parse(body) as KeptLogPart[]).map((part) => part.text).join('');
  return text.replace(/\n$/, '').split('\n');
}

export const keptOf = ({ kind, metadata }: KubeObject): KeptOf => ({
  namespace: metadata.namespace ?? '',
  kind,
  name: metadata.name ?? '',
});
