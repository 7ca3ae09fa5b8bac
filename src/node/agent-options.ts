/** What an agent is given: the machine, the cluster, and how this node is to be. */
import type { NodeAddress, Pod } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import type { Disks } from '#sys/disks.ts';
import type { Files } from '#sys/files.ts';
import type { Mounts } from '#sys/mounts.ts';
import type { NetworkProbes } from '#wire/probe/network-probes.ts';
import type { ClusterDns } from './config/dns.ts';
import type { NodeSettings } from './decide/node-settings.ts';
import type { HostPorts } from './network/host-ports.ts';
import type { Runtime } from './runtime/runtime.ts';

export interface NodeAgentOptions {
  readonly nodeName: string;
  /** All that the node keeps lies below it. */
  readonly directory: string;
  /** Of control groups: `/gantry`. */
  readonly cgroupPrefix: string;
  /** As `system:node:NAME`. */
  readonly verbs: Verbs;
  readonly runtime: Runtime;
  readonly files: Files;
  readonly mounts: Mounts;
  /** Absent in simulation. */
  readonly disks?: Disks | undefined;
  /** Absent in simulation. */
  readonly cgroups: Cgroups | undefined;
  readonly network: NetworkProbes;
  /** Absent in simulation. */
  readonly hostPorts?: HostPorts | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly addresses: readonly NodeAddress[];
  readonly podCidrs: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly architecture: 'amd64' | 'arm64';
  /** As `kubectl version` would show it for a kubelet: `v1.36.0+gantry`. */
  readonly version: string;
  readonly dns: () => ClusterDns;
  readonly podsMax: number;
  readonly settings: NodeSettings;
  /** Of manifests of the node's own pods. */
  readonly manifests?: string | undefined;
  /** Kept from pods: `{ cpu: '100m', memory: '256Mi' }`. */
  readonly reserved: { readonly cpuMilli: number; readonly memoryBytes: number };
  /** Taken instead of what the machine has, for several nodes on one machine. */
  readonly capacity?: { readonly cpuMilli: number; readonly memoryBytes: number };
  readonly sandboxesAtOnce: number;
  readonly relistMs: number;
  /** Settles when the pod gets no new connections any more; asked before SIGTERM. */
  readonly drained?: (pod: Pod) => Promise<void>;
  /** Settles when NetworkPolicies hold for a pod that gets this address; asked before its first container. */
  readonly guarded?: (pod: Pod, podIP: string) => Promise<void>;
  /** Nothing of the pod uses its volumes any more. */
  readonly volumesReleased?: (pod: Pod) => void;
  /** The runtime's connection broke: for whoever keeps it running. */
  readonly runtimeLost?: () => void;
}
