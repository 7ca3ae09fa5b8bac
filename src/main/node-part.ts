/** The node of this machine: its own containerd, the agent over it, and its images. */

import type { Pod } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Logger } from '#base/log.ts';
import { StatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import { type ClusterConfig, clusterPaths } from '#cli/cluster/cluster-config.ts';
import type { ImageAnswer, ImageInfo, KeptLogPart, KeptPodInfo, PartStatus } from '#cli/control.ts';
import { pauseImageName } from '#node/containerd/config.ts';
import { normalImageName } from '#api/image-name.ts';
import { type NodeSettings, nodeSettings, usualSettings } from '#node/decide/node-settings.ts';
import { LocalPathProvisioner } from '#node/local-path/provisioner.ts';
import type { KeptQuery } from '#node/logs/kept-logs.ts';
import { GantryNode } from '#node/node.ts';
import type { NodeConnector } from '#server/node-connector.ts';
import { systemCgroups } from '#sys/cgroup.ts';
import { systemClock as clock } from '#sys/clock.ts';
import { type Disks, systemDisks } from '#sys/disks.ts';
import { systemFiles as files } from '#sys/files.ts';
import { systemKernelLog } from '#sys/kernel-log.ts';
import { systemMounts } from '#sys/mounts.ts';
import { systemProcesses as processes } from '#sys/process.ts';
import { systemRandom as random } from '#sys/random.ts';
import { systemTimers as timers } from '#sys/timers.ts';
import type { ClusterNetwork } from './network.ts';
import { sharedBy } from './shared.ts';
import { kubernetesVersion } from './version.ts';

export interface NodePartOptions {
  readonly config: ClusterConfig;
  readonly network: ClusterNetwork;
  /** As others reach the node; who only stops or removes it needs none. */
  readonly nodeAddress?: string;
  readonly log: Logger;
  /** One for all who work with volumes. */
  readonly disks?: Disks;
  /** Settles when no traffic is sent to the pod any more; asked before SIGTERM. */
  readonly drained?: (pod: Pod) => Promise<void>;
  /** Settles when NetworkPolicies hold for a pod that gets this address. */
  readonly guarded?: (pod: Pod, podIP: string) => Promise<void>;
  /** Nothing of the pod uses its volumes any more. */
  readonly volumesReleased?: (pod: Pod) => void;
}

/** Room for the headers of an overlay network, so that the same pods can span nodes later. */
const podMtu = 1450;

/** The node as this cluster has it on this machine: the same for who runs and who removes it. */
export async function nodeOf({
  config,
  network,
  nodeAddress = '127.0.0.1',
  log,
  drained,
  guarded,
  volumesReleased,
  disks = machineDisks(),
}: NodePartOptions): Promise<GantryNode> {
  const mounts = systemMounts(files, processes);
  const settings = await readSettings(`${clusterPaths(config).settings}/node.json`);
  return GantryNode.create(
    {
      name: config.nodeName,
      directory: clusterPaths(config).node,
      volumes: clusterPaths(config).volumes,
      cgroupPrefix: `/gantry-${config.name}`,
      network: {
        name: `gantry-${config.name}`,
        bridge: network.bridge,
        podCidr: network.localPodRange,
        mtu: podMtu,
      },
      addresses: [
        { type: 'InternalIP', address: nodeAddress },
        { type: 'Hostname', address: config.nodeName },
      ],
      dns: () => ({ servers: [network.dnsAddress], domain: config.clusterDomain }),
      registries: config.httpRegistries.map((name) => ({ name, endpoints: [`http://${name}`] })),
      labels: { 'node-role.kubernetes.io/control-plane': '' },
      version: kubernetesVersion,
      settings,
      manifests: `${clusterPaths(config).settings}/manifests`,
      ...(drained && { drained }),
      ...(guarded && { guarded }),
      ...(volumesReleased && { volumesReleased }),
    },
    {
      files,
      processes,
      mounts,
      disks,
      propagation: sharedBy(config).propagation,
      cgroups: await systemCgroups(files, mounts),
      kernelLog: systemKernelLog(),
      clock,
      timers,
      random,
      logger: log,
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    },
  );
}

function machineDisks(): Disks {
  return systemDisks(files, processes, systemMounts(files, processes));
}

/** The node's settings file; the kubelet's defaults where there is none. Rejects in words for its writer. */
async function readSettings(path: string): Promise<NodeSettings> {
  const text = await files.readText(path);
  if (text === undefined) return usualSettings;
  try {
    return nodeSettings(JSON.parse(text) as Record<string, unknown>);
  } catch (error) {
    throw new Error(`${path}: ${wordsOf(error)}`, {
      cause: error,
    });
  }
}

/** Of one answer about a pod that is gone: who wants more asks for the tail. */
const keptAnswerBytes = 4 * 1024 * 1024;

interface KeptLogWish {
  readonly uid: string;
  readonly container: string;
  readonly previous: boolean;
  readonly tailLines: number | undefined;
}

const retryMs = { first: 200, max: 10_000 };

/** Starts the node and keeps trying: containerd may end in the middle of it. */
export class NodePart {
  readonly #options: NodePartOptions;
  readonly #disks: Disks;
  #node: GantryNode | undefined;
  #storage: LocalPathProvisioner | undefined;
  #ready = false;
  #stopped = false;
  #problem = 'starting';

  constructor(options: NodePartOptions) {
    this.#disks = machineDisks();
    this.#options = {
      ...options,
      disks: this.#disks,
      volumesReleased: (pod) => this.#storage?.podLeft(pod),
    };
  }

  /** The machine goes down, not only this program. */
  async shutDown(): Promise<void> {
    await this.#node?.shutDown();
  }

  /** Starts or takes over containerd; needs no API server. */
  async startRuntime(): Promise<void> {
    const node = await nodeOf(this.#options);
    this.#node = node;
    await node.startContainerd();
  }

  /** Ends when the node works on its pods and on volumes; `storageVerbs` for these. */
  async start(verbs: Verbs, storageVerbs: Verbs): Promise<void> {
    this.#startStorage(storageVerbs);
    for (
      let delayMs = retryMs.first;
      !this.#stopped;
      delayMs = Math.min(delayMs * 2, retryMs.max)
    ) {
      try {
        await this.#needNode().start(verbs);
        this.#ready = true;
        return;
      } catch (error) {
        this.#problem = wordsOf(error);
        this.#options.log.error('the node did not start; trying again', {
          error: this.#problem,
          delayMs,
        });
        await new Promise<void>((resolve) => timers.after(delayMs, resolve));
        await this.#node?.stop();
        this.#node = await nodeOf(this.#options);
      }
    }
  }

  /** Beside the node: pods without claims do not wait for it. */
  #startStorage(verbs: Verbs): void {
    const { config, log: logger } = this.#options;
    this.#storage = new LocalPathProvisioner({
      nodeName: config.nodeName,
      directory: clusterPaths(config).volumes,
      verbs,
      files,
      disks: this.#disks,
      clock,
      timers,
      random,
      logger,
    });
    void this.#storage.start();
  }

  /** Containers and containerd go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#storage?.stop();
    await this.#node?.stop();
  }

  get status(): PartStatus {
    const { nodeName } = this.#options.config;
    return {
      name: 'node',
      ready: this.#ready,
      message: this.#ready ? `${nodeName} runs pods` : this.#problem,
    };
  }

  get connector(): NodeConnector {
    return {
      logs: async (container, options, sink) =>
        this.#needReady().connector.logs(container, options, sink),
      stream: async (request) => this.#needReady().connector.stream(request),
      usage: async () => this.#needReady().connector.usage(),
      page: async (_node, path) => this.#needReady().connector.page(path),
    };
  }

  /** Logs of pods that are gone. */
  readonly keptLogs = {
    list: (query: KeptQuery): Promise<readonly KeptPodInfo[]> =>
      this.#needNode().agent.keptLogs.list(query),
    read: async ({ tailLines, ...of }: KeptLogWish): Promise<readonly KeptLogPart[]> => {
      const parts: KeptLogPart[] = [];
      const decoder = new TextDecoder();
      const found = await this.#needNode().agent.keptLogs.read(
        of,
        { timestamps: false, tailLines, limitBytes: keptAnswerBytes },
        { data: (chunk) => void parts.push({ text: decoder.decode(chunk, { stream: true }) }) },
      );
      if (!found) throw new Error(`No log of container "${of.container}" of that pod is kept.`);
      return parts;
    },
  };

  readonly images = {
    load: async (path: string): Promise<ImageAnswer> => {
      const names = await this.#needNode().images.import(path);
      if (names.length > 0) return { names };
      throw new Error(`${path} holds no image for this machine, or none with a name.`);
    },
    list: async (): Promise<readonly ImageInfo[]> => {
      const all = await this.#needNode().images.list();
      return all
        .filter(({ tags }) => !tags.includes(pauseImageName))
        .map(({ id, tags, digests, sizeBytes }) => ({
          id,
          names: tags.length > 0 ? tags : digests,
          sizeBytes,
        }));
    },
    remove: async (text: string): Promise<ImageAnswer> => {
      const { images, runtime } = this.#needNode();
      const name = normalImageName(text);
      const found = name === undefined ? undefined : await runtime.images.status(name);
      if (!found) throw new Error(`This node has no image "${text}".`);
      if (found.tags.includes(pauseImageName)) {
        throw new Error(`Every pod needs the image ${pauseImageName}.`);
      }
      await images.remove(found.id);
      return { names: found.tags };
    },
  };

  #needNode(): GantryNode {
    if (this.#node) return this.#node;
    throw new Error('containerd is not started yet; try again in a moment.');
  }

  #needReady(): GantryNode {
    if (this.#ready) return this.#needNode();
    throw new StatusError('ServiceUnavailable', 'the node is starting; try again in a moment');
  }
}
