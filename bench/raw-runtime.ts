/** Pods straight through CRI, without gantry's agent: the limit that the machine and containerd set. */
import type { Pod, PodSpec } from '#api/types.ts';
import { containerConfig } from '#node/config/container-config.ts';
import { sandboxConfig } from '#node/config/sandbox-config.ts';
import type { GantryNode, NodeOptions } from '#node/node.ts';
import { NodePaths } from '#node/paths.ts';
import { systemFiles } from '#sys/files.ts';

export interface RawOptions {
  readonly spec: PodSpec;
  readonly pods: number;
  readonly sideBySide: number;
}

/** Sandbox, container and start of each; answers pods per second. They are removed afterwards. */
export async function rawRate(
  node: GantryNode,
  options: NodeOptions,
  { spec, pods, sideBySide }: RawOptions,
): Promise<number> {
  const paths = new NodePaths(`${options.directory}/raw`);
  const image = await node.runtime.images.status(spec.containers?.[0]?.image ?? '');
  const ids: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < pods) {
      const uid = `raw-${next++}`;
      const pod: Pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: uid, namespace: 'raw', uid },
        spec,
      };
      await systemFiles.makeDirectory(paths.pod(uid));
      await systemFiles.write(paths.hostsFile(uid), '');
      const config = sandboxConfig(pod, 0, {
        paths,
        cgroupPrefix: options.cgroupPrefix,
        dns: options.dns(),
        hostDns: { servers: [], searches: [], options: [] },
      });
      const sandbox = await node.runtime.runSandbox(config);
      ids.push(sandbox);
      const container = await containerOf(pod, { paths, image: image?.id ?? '' });
      const id = await node.runtime.createContainer(sandbox, container, config);
      await node.runtime.startContainer(id);
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: sideBySide }, work));
  const seconds = (performance.now() - from) / 1000;
  for (const id of ids) {
    await node.runtime.stopSandbox(id);
    await node.runtime.removeSandbox(id);
  }
  return pods / seconds;
}

function containerOf(
  pod: Pod,
  { paths, image }: { readonly paths: NodePaths; readonly image: string },
): ReturnType<typeof containerConfig> {
  return containerConfig(pod.spec?.containers?.[0] ?? { name: '' }, {
    pod,
    paths,
    files: systemFiles,
    addresses: { podIPs: [], hostIPs: [] },
    allocatable: {},
    services: new Map(),
    references: {
      configMap: () => Promise.resolve(undefined),
      secret: () => Promise.resolve(undefined),
    },
    memoryBytes: 1e9,
    image: { uid: undefined, username: '', reference: image },
    attempt: 0,
    backOffSeconds: undefined,
    targetId: undefined,
    placeOf: () => undefined,
    fileIn: () => Promise.resolve(undefined),
  });
}
