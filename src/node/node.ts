/**
 * One node, put together: containerd of its own, the agent, what the server asks of a node, images.
 * The machine comes in as an argument, once.
 */
import type { NodeAddress, Pod } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import type { Disks } from '#sys/disks.ts';
import type { Files } from '#sys/files.ts';
import type { KernelLog } from '#sys/kernel-log.ts';
import type { Mounts } from '#sys/mounts.ts';
import type { Processes } from '#sys/process.ts';
import type { SharedChanges } from '#sys/shared-changes.ts';
import { spreadFolders } from '#sys/spread-folders.ts';
import { networkProbes } from '#wire/probe/network-probes.ts';
import { NodeAgent } from './agent.ts';
import type { ClusterDns } from './config/dns.ts';
import {
  type ContainerdLayout,
  containerdPaths,
  foldersOfMany,
  type NodeNetwork,
  pauseImageName,
  type RegistryHost,
} from './containerd/config.ts';
import { Containerd } from './containerd/containerd.ts';
import { ctrImageTool, type ImageTool } from './containerd/image-tool.ts';
import { chooseLowLevels } from './containerd/low-level.ts';
import { endPods } from './end-pods.ts';
import { NodeImages } from './images/node-images.ts';
import { NodeLogs } from './logs/node-logs.ts';
import { hostPortTable } from './decide/host-ports.ts';
import { type NodeSettings, usualSettings } from './decide/node-settings.ts';
import { HostPorts } from './network/host-ports.ts';
import { shareMounts } from './mount-propagation.ts';
import { clearNode, resetNode } from './reset.ts';
import { connectCri } from './runtime/cri/cri-runtime.ts';
import type { Runtime } from './runtime/runtime.ts';
import { NodePaths } from './paths.ts';
import { type NodePages, nodePage, type PagesSource } from './pages/pages.ts';
import { NodeStreams } from './streams.ts';
import { type NodeUsage, UsageMeter } from './usage/usage.ts';

export interface Machine {
  readonly files: Files;
  readonly processes: Processes;
  readonly mounts: Mounts;
  readonly disks: Disks;
  /** Of mounts: what of it this node changes for the whole machine. */
  readonly propagation: SharedChanges;
  readonly cgroups: Cgroups;
  readonly kernelLog: KernelLog;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly architecture: 'amd64' | 'arm64';
}

export interface NodeOptions {
  readonly name: string;
  /** Everything of the node lies below it. */
  readonly directory: string;
  /** Of claims' volumes, which outlive the node's own things. */
  readonly volumes: string;
  /** Of control groups, `/gantry`: its own for each node of a machine. */
  readonly cgroupPrefix: string;
  readonly network: NodeNetwork;
  /** As others reach the node; the first one is the address of pods on its network. */
  readonly addresses: readonly NodeAddress[];
  readonly dns: () => ClusterDns;
  readonly registries?: readonly RegistryHost[];
  readonly labels?: Readonly<Record<string, string>>;
  /** `v1.36.0`, as a kubelet would say. */
  readonly version: string;
  /** Default: the kubelet's. */
  readonly settings?: NodeSettings;
  /** A directory of manifests of the node's own pods. */
  readonly manifests?: string;
  readonly reserved?: { readonly cpuMilli: number; readonly memoryBytes: number };
  readonly capacity?: { readonly cpuMilli: number; readonly memoryBytes: number };
  /** Settles when the pod gets no new connections; asked before SIGTERM, bounded by the grace period. */
  readonly drained?: (pod: Pod) => Promise<void>;
  /** Settles when NetworkPolicies hold for a pod that gets this address; asked before its first container. */
  readonly guarded?: (pod: Pod, podIP: string) => Promise<void>;
  /** Nothing of the pod uses its volumes any more. */
  readonly volumesReleased?: (pod: Pod) => void;
  readonly programs?: Partial<Programs>;
  /** Words before containerd's own: `nsenter --net=…`. */
  readonly launcher?: readonly string[];
  readonly relistMs?: number;
}

export interface Programs {
  readonly containerd: string;
  readonly ctr: string;
  readonly cniPlugins: string;
}

const usualPrograms: Programs = {
  containerd: '/usr/bin/containerd',
  ctr: '/usr/bin/ctr',
  cniPlugins: '/usr/lib/cni',
};

/** Somebody waits for the machine: containers get no more than this, whatever their pod would give them. */
export const downGraceSeconds = 10;

const defaults = {
  reserved: { cpuMilli: 100, memoryBytes: 256 * 1024 * 1024 },
  relistMs: 60_000,
  sandboxesAtOnce: 6,
};

export class GantryNode {
  readonly #options: NodeOptions;
  readonly #machine: Machine;
  readonly #containerd: Containerd;
  readonly #tool: ImageTool;
  readonly runtime: Runtime;
  readonly images: NodeImages;
  readonly #hostPorts: HostPorts;
  #agent: NodeAgent | undefined;
  #logs: NodeLogs | undefined;
  #streams: NodeStreams | undefined;
  readonly #meter: UsageMeter;

  /** Rejects when the machine lacks a program that a node needs. */
  static async create(options: NodeOptions, machine: Machine): Promise<GantryNode> {
    const lowLevels = await chooseLowLevels(options.directory, machine.files, machine.mounts);
    if (lowLevels.length === 0)
      throw new Error('This machine has neither crun nor runc: install one of them.');
    return new GantryNode(options, machine, lowLevels);
  }

  private constructor(
    options: NodeOptions,
    machine: Machine,
    lowLevels: ContainerdLayout['lowLevels'],
  ) {
    this.#options = options;
    this.#machine = machine;
    const { clock, timers, processes } = machine;
    const programs = { ...usualPrograms, ...options.programs };
    const { socket } = containerdPaths(options.directory);
    this.runtime = connectCri({ socketPath: socket, clock, timers, kernelLog: machine.kernelLog });
    this.#meter = new UsageMeter({ ...machine, stats: () => this.runtime.stats() });
    this.#tool = ctrImageTool(processes, socket, programs.ctr);
    this.images = new NodeImages(this.runtime.images, this.#tool, machine.files, options.directory);
    const { podCidr, bridge } = options.network;
    this.#hostPorts = new HostPorts({
      ...machine,
      table: () => ({
        name: hostPortTable(bridge),
        podCidr,
        bridge,
        reserved: options.dns().servers,
      }),
    });
    this.#containerd = new Containerd({
      ...machine,
      layout: { directory: options.directory, lowLevels, cniPlugins: programs.cniPlugins },
      network: options.network,
      registries: options.registries ?? [],
      program: programs.containerd,
      ...(options.launcher && { launcher: options.launcher }),
      probe: () =>
        this.runtime.conditions().then(
          () => true,
          () => false,
        ),
    });
  }

  /** containerd serves calls, and images can be brought in. Before `start`, or without it. */
  async startContainerd(): Promise<void> {
    const { directory } = this.#options;
    const { pods, logs } = new NodePaths(directory);
    await this.#machine.files.makeDirectory(directory);
    await this.#shareMounts();
    const ours = [
      { path: pods, mode: 0o750 },
      // Collectors of logs need not be root.
      { path: logs, mode: 0o755 },
    ];
    await spreadFolders([...ours, ...foldersOfMany(directory)], this.#machine);
    await this.#containerd.start();
    if (!(await this.runtime.images.status(pauseImageName))) {
      const { pauseArchive } = await import('./containerd/pause-image.ts');
      await this.#tool.importBytes(await pauseArchive(this.#machine.architecture));
    }
  }

  /** Settles when the node is registered and works on its pods. `verbs` as `system:node:NAME`. */
  async start(verbs: Verbs): Promise<void> {
    await this.startContainerd();
    const { reserved, settings = usualSettings, relistMs, labels } = this.#options;
    const agent = new NodeAgent({
      ...defaults,
      ...this.#options,
      ...this.#machine,
      reserved: reserved ?? defaults.reserved,
      podsMax: settings.podsMax,
      settings,
      relistMs: relistMs ?? defaults.relistMs,
      labels: labels ?? {},
      nodeName: this.#options.name,
      podCidrs: [this.#options.network.podCidr],
      verbs,
      runtime: this.runtime,
      network: networkProbes(this.#machine.clock, this.#machine.timers),
      hostPorts: this.#hostPorts,
      runtimeLost: () => this.#containerd.check(),
    });
    this.#agent = agent;
    await agent.start();
    this.#logs = new NodeLogs({ ...this.#machine, agent, runtime: this.runtime });
    this.#logs.start();
    this.#streams = new NodeStreams(agent, this.runtime);
  }

  /** What the server asks of a node; valid from the end of `start`. */
  get connector(): Pick<NodeLogs, 'logs'> &
    Pick<NodeStreams, 'stream'> &
    NodePages & { usage(): Promise<NodeUsage> } {
    return {
      usage: () => this.#meter.measure(),
      page: (path) => nodePage(this.#pagesSource(), path),
      logs: (container, options, sink) => this.#running(this.#logs).logs(container, options, sink),
      stream: (request) => this.#running(this.#streams).stream(request),
    };
  }

  #pagesSource(): PagesSource {
    const { name, directory, cgroupPrefix, settings, network, dns } = this.#options;
    const setUp = () => ({
      settings: settings ?? usualSettings,
      dns: dns(),
      podCidr: network.podCidr,
    });
    const of = { ...this.#machine, name, directory, cgroupPrefix };
    return { ...of, agent: this.agent, meter: this.#meter, setUp };
  }

  get agent(): NodeAgent {
    return this.#running(this.#agent);
  }

  /**
   * Before `stop`, when the machine goes down: pods end in order, for good where the settings say so;
   * otherwise the same ones come back with the machine.
   */
  async shutDown(): Promise<void> {
    const { settings } = this.#options;
    if (settings && settings.shutdownMs > 0) await this.#agent?.shutDown();
    // Nobody starts again what ends from here on.
    await this.#agent?.stop();
    await endPods({ ...this.#machine, runtime: this.runtime, graceSecondsMax: downGraceSeconds });
  }

  /** Containers, and containerd unless told otherwise, go on without the agent. */
  async stop({ containerd = false }: { containerd?: boolean } = {}): Promise<void> {
    this.#logs?.stop();
    await this.#agent?.stop();
    if (containerd) await this.#containerd.stop();
    else this.#containerd.detach();
    this.runtime.close();
  }

  /** Whether pods, or a containerd that was not stopped in order, are on the machine. */
  async hasTraces(): Promise<boolean> {
    const { cgroups, files } = this.#machine;
    const { directory, cgroupPrefix } = this.#options;
    if (await files.info(containerdPaths(directory).pid)) return true;
    return (await cgroups.tree(cgroupPrefix)).length > 0;
  }

  /**
   * After `stop` with containerd: takes off the machine what pods left there; data stays. Answers
   * what could not be removed.
   */
  clear(): Promise<readonly string[]> {
    return clearNode({ ...this.#machine, ...this.#options });
  }

  /** After it nothing of the node is left on the machine; answers what could not be removed. */
  async reset(): Promise<readonly string[]> {
    this.#logs?.stop();
    await this.#agent?.stop();
    const serves = await this.#containerd.start().then(
      () => true,
      () => false,
    );
    const left = await resetNode({
      ...this.#machine,
      ...this.#options,
      runtime: serves ? this.runtime : undefined,
      stopContainerd: () => this.#containerd.stop(),
    });
    this.runtime.close();
    return left;
  }

  #running<T>(part: T | undefined): T {
    if (part === undefined) throw new Error('the node has not been started');
    return part;
  }

  async #shareMounts(): Promise<void> {
    const { mounts, propagation, logger } = this.#machine;
    try {
      await shareMounts(mounts, propagation);
    } catch (error) {
      logger.warn('cannot share mounts: no mount propagation for pods', { error: String(error) });
    }
  }
}
