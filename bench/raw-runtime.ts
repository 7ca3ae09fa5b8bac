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

export interface RawRun {
  /** Sandbox, container and start of each pod. */
  readonly start: () => Promise<void>;
  /** Removes them; settles when nothing of them is left. */
  readonly end: () => Promise<void>;
}

export function rawRun(
  node: GantryNode,
  options: NodeOptions,
  { spec, pods, sideBySide }: RawOptions,
): RawRun {
  const paths = new NodePaths(options.directory);
  const ids: string[] = [];
  const startOne = async (uid: string, image: string): Promise<void> => {
    const metadata = { name: uid, namespace: 'raw', uid };
    const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
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
    const container = await containerOf(pod, { paths, image });
    const id = await node.runtime.createContainer(sandbox, container, config);
    await node.runtime.startContainer(id);
  };
  return {
    start: async () => {
      const image = await node.runtime.images.status(spec.containers?.[0]?.image ?? '');
      const uids = Array.from({ length: pods }, (_, index) => `raw-${index}`);
      await each(uids, sideBySide, (uid) => startOne(uid, image?.id ?? ''));
    },
    end: () =>
      each(ids.splice(0), sideBySide, async (id) => {
        await node.runtime.stopSandbox(id);
        await node.runtime.removeSandbox(id);
      }),
  };
}

/** Pods per second. They are removed afterwards. */
export async function rawRate(
  node: GantryNode,
  options: NodeOptions,
  raw: RawOptions,
): Promise<number> {
  const run = rawRun(node, options, raw);
  const from = performance.now();
  await run.start();
  const seconds = (performance.now() - from) / 1000;
  await run.end();
  return raw.pods / seconds;
}

async function each<T>(
  all: readonly T[],
  sideBySide: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const left = all.values();
  const worker = async (): Promise<void> => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
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
