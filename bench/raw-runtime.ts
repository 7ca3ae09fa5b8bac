/**
 * Pods straight through CRI, without gantry's agent: the limit that the machine and containerd set. The
 * runtime is asked for what the agent asks it for: new pods, with the image's user and a folder for a token.
 */
import type { Pod, PodSpec } from '#api/types.ts';
import { containerConfig } from '#node/config/container-config.ts';
import { sandboxConfig } from '#node/config/sandbox-config.ts';
import type { GantryNode, NodeOptions } from '#node/node.ts';
import { podCgroup } from '#node/config/resources.ts';
import { NodePaths } from '#node/paths.ts';
import type { RuntimeImage } from '#node/runtime/runtime.ts';
import { systemFiles } from '#sys/files.ts';
import { systemRandom } from '#sys/random.ts';
import { thisMachine } from '../test/node/machine.ts';

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
  const tokens = `${options.directory}/raw-tokens`;
  const begun: { readonly pod: Pod; readonly id: string }[] = [];
  const startOne = async (pod: Pod, image: RuntimeImage): Promise<void> => {
    const { uid = '' } = pod.metadata;
    await systemFiles.makeDirectory(paths.pod(uid));
    await systemFiles.write(paths.hostsFile(uid), '');
    const config = sandboxConfig(pod, 0, {
      paths,
      cgroupPrefix: options.cgroupPrefix,
      dns: options.dns(),
      hostDns: { servers: [], searches: [], options: [] },
    });
    const sandbox = await node.runtime.runSandbox(config);
    begun.push({ pod, id: sandbox });
    const container = await containerOf(pod, { paths, image, tokens });
    const id = await node.runtime.createContainer(sandbox, container, config);
    await node.runtime.startContainer(id);
  };
  return {
    start: async () => {
      const name = spec.containers?.[0]?.image ?? '';
      const image = await node.runtime.images.status(name);
      if (!image) throw new Error(`the image ${name} is not there`);
      await systemFiles.makeDirectory(tokens);
      const all = Array.from({ length: pods }, () => newPod(spec));
      await each(all, sideBySide, (pod) => startOne(pod, image));
    },
    end: async () => {
      const { cgroups } = await thisMachine();
      await each(begun.splice(0), sideBySide, async ({ pod, id }) => {
        await node.runtime.stopSandbox(id);
        await node.runtime.removeSandbox(id);
        await cgroups.remove(podCgroup(options.cgroupPrefix, pod));
        await systemFiles.remove(paths.pod(pod.metadata.uid ?? ''));
      });
    },
  };
}

/** As one that has just been created: nothing of it is there yet. */
function newPod(spec: PodSpec): Pod {
  const uid = systemRandom.uuid();
  const [container, ...others] = spec.containers;
  const token = { name: 'token', mountPath: tokenPath, readOnly: true };
  const main = { ...container, name: container?.name ?? '', volumeMounts: [token] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: uid, namespace: 'raw', uid },
    spec: { ...spec, containers: [main, ...others] },
  };
}

/** Where each pod finds its token, unless it wants none. */
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

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
  {
    paths,
    image,
    tokens,
  }: { readonly paths: NodePaths; readonly image: RuntimeImage; readonly tokens: string },
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
    image: { ...image, reference: image.id },
    attempt: 0,
    backOffSeconds: undefined,
    targetId: undefined,
    placeOf: () => ({ path: tokens, readonly: true }),
    fileIn: () => Promise.resolve(undefined),
  });
}
