/** The node of this machine: its own containerd, the agent over it, and its images. */
import { type ClusterConfig, clusterPaths } from '#cli/cluster/cluster-config.ts';
import type { ImageAnswer, ImageInfo, PartStatus } from '#cli/control.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Logger } from '#base/log.ts';
import { StatusError } from '#base/status-error.ts';
import { NodeAgent } from '#node/agent.ts';
import { containerdPaths } from '#node/containerd/config.ts';
import { Containerd } from '#node/containerd/containerd.ts';
import { ctrImageTool } from '#node/containerd/image-tool.ts';
import { chooseLowLevel } from '#node/containerd/low-level.ts';
import { pauseArchive, pauseImageName } from '#node/containerd/pause-image.ts';
import { normalImageName } from '#node/images/names.ts';
import { connectCri } from '#node/runtime/cri/cri-runtime.ts';
import type { Runtime } from '#node/runtime/runtime.ts';
import { systemCgroups } from '#sys/cgroup.ts';
import { systemClock as clock } from '#sys/clock.ts';
import { systemFiles as files } from '#sys/files.ts';
import { systemHost as host } from '#sys/host.ts';
import { systemMounts } from '#sys/mounts.ts';
import { systemProcesses as processes } from '#sys/process.ts';
import { systemRandom as random } from '#sys/random.ts';
import { systemTimers as timers } from '#sys/timers.ts';
import { networkProbes } from '#wire/probe/network-probes.ts';
import type { NodeConnector } from '#server/node-connector.ts';
import type { ClusterNetwork } from './network.ts';
import { kubernetesVersion } from './version.ts';

export interface NodePartOptions {
  readonly config: ClusterConfig;
  readonly network: ClusterNetwork;
  readonly log: Logger;
}

/** Room for the headers of an overlay network, so that the same pods can span nodes later. */
const podMtu = 1450;
const podsMax = 110;
/** Kubernetes leaves it to the administrator; a small share for containerd and gantry itself. */
const reserved = { cpuMilli: 100, memoryBytes: 256 * 1024 * 1024 };

/** The network of one node: what `up` and `reset` must agree on. */
export function nodeNetworkOf(config: ClusterConfig, network: ClusterNetwork) {
  return {
    name: `gantry-${config.name}`,
    bridge: network.bridge,
    podCidr: network.localPodRange,
    mtu: podMtu,
  };
}

export function cgroupPrefixOf(config: ClusterConfig): string {
  return `/gantry-${config.name}`;
}

/** A containerd of this cluster, as it is or not yet started. */
export async function openContainerd({
  config,
  network,
  log,
}: NodePartOptions): Promise<{ containerd: Containerd; runtime: Runtime }> {
  const directory = clusterPaths(config).node;
  const mounts = systemMounts(files, processes);
  const lowLevel = await chooseLowLevel(directory, files, mounts);
  if (!lowLevel)
    throw new Error(
      'There is neither crun nor runc on this machine. Install one: apt-get install crun.',
    );
  const runtime = connectCri({ socketPath: containerdPaths(directory).socket, clock, timers });
  const containerd = new Containerd({
    layout: { directory, lowLevel, cniPlugins: '/usr/lib/cni' },
    network: nodeNetworkOf(config, network),
    registries: [],
    program: host.which('containerd') ?? 'containerd',
    files,
    processes,
    clock,
    timers,
    logger: log,
    probe: () =>
      runtime.conditions().then(
        () => true,
        () => false,
      ),
  });
  return { containerd, runtime };
}

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

export class NodePart {
  readonly #options: NodePartOptions;
  #containerd: Containerd | undefined;
  #runtime: Runtime | undefined;
  #agent: NodeAgent | undefined;
  #ready = false;

  constructor(options: NodePartOptions) {
    this.#options = options;
  }

  /** Starts or takes over containerd; needs no API server. */
  async startRuntime(): Promise<void> {
    const { containerd, runtime } = await openContainerd(this.#options);
    this.#containerd = containerd;
    await containerd.start();
    this.#runtime = runtime;
    if (!(await runtime.images.status(pauseImageName)))
      await this.#imageTool.importBytes(pauseArchive(architecture));
  }

  async start(verbs: Verbs): Promise<void> {
    const { config, network, log } = this.#options;
    const mounts = systemMounts(files, processes);
    const agent = new NodeAgent({
      nodeName: config.nodeName,
      directory: clusterPaths(config).node,
      cgroupPrefix: cgroupPrefixOf(config),
      verbs,
      runtime: this.#needRuntime(),
      files,
      mounts,
      cgroups: await systemCgroups(files, mounts),
      network: networkProbes(clock),
      clock,
      timers,
      random,
      logger: log,
      addresses: [
        { type: 'InternalIP', address: network.nodeAddress },
        { type: 'Hostname', address: config.nodeName },
      ],
      podCidrs: [network.localPodRange],
      labels: { 'node-role.kubernetes.io/control-plane': '' },
      architecture,
      version: kubernetesVersion,
      dns: () => ({ servers: [network.dnsAddress], domain: config.clusterDomain }),
      podsMax,
      reserved,
      sandboxesAtOnce: 8,
      relistMs: 60_000,
      runtimeLost: () => this.#containerd?.check(),
    });
    this.#agent = agent;
    await agent.start();
    this.#ready = true;
  }

  /** Containers and containerd go on. */
  async stop(): Promise<void> {
    await this.#agent?.stop();
    this.#runtime?.close();
  }

  get status(): PartStatus {
    const { nodeName } = this.#options.config;
    return {
      name: 'node',
      ready: this.#ready,
      message: this.#ready ? `${nodeName} runs pods` : 'starting',
    };
  }

  readonly connector: NodeConnector = {
    logs: () => Promise.reject(new StatusError('ServiceUnavailable', 'soon')),
    stream: () => Promise.reject(new StatusError('ServiceUnavailable', 'soon')),
  };

  readonly images = {
    load: async (path: string): Promise<ImageAnswer> => {
      const names = await this.#imageTool.import(path);
      if (names.length > 0) return { names };
      throw new Error(`${path} holds no image for this machine, or none with a name.`);
    },
    list: async (): Promise<readonly ImageInfo[]> => {
      const all = await this.#needRuntime().images.list();
      return all
        .filter(({ tags }) => !tags.includes(pauseImageName))
        .map(({ id, tags, digests, sizeBytes }) => ({
          id,
          names: tags.length > 0 ? tags : digests,
          sizeBytes,
        }));
    },
    remove: async (text: string): Promise<ImageAnswer> => {
      const name = normalImageName(text);
      const { images } = this.#needRuntime();
      const found = name === undefined ? undefined : await images.status(name);
      if (!found) throw new Error(`This node has no image "${text}".`);
      if (found.tags.includes(pauseImageName))
        throw new Error(`Every pod needs the image ${pauseImageName}.`);
      await images.remove(found.id);
      return { names: found.tags };
    },
  };

  get #imageTool() {
    return ctrImageTool(processes, containerdPaths(clusterPaths(this.#options.config).node).socket);
  }

  #needRuntime(): Runtime {
    if (this.#runtime) return this.#runtime;
    throw new Error('containerd is not started yet; try again in a moment.');
  }

  #needAgent(): NodeAgent {
    if (this.#agent) return this.#agent;
    throw new StatusError('ServiceUnavailable', 'the node is starting; try again in a moment');
  }
}
