/** What the workers of all pods share. */
import type { Pod, Service } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { EventRecorder } from '#client/events.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import type { Files } from '#sys/files.ts';
import type { ClusterDns } from '../config/dns.ts';
import type { References } from '../config/env.ts';
import type { Allocatable } from '../config/field-refs.ts';
import type { PodFacts } from '../decide/facts.ts';
import type { NodeRoom } from '../decide/resize.ts';
import type { HostPorts } from '../network/host-ports.ts';
import type { ImageStore } from '../images/image-store.ts';
import type { KeptLogs } from '../logs/kept-logs.ts';
import type { NodePaths } from '../paths.ts';
import type { HandlerTools } from '../probes/handler.ts';
import type { Probes } from '../probes/probes.ts';
import type { RuntimeMirror } from '../runtime/mirror.ts';
import type { DnsConfig, Runtime } from '../runtime/runtime.ts';
import type { Slots } from '../slots.ts';
import type { Volumes } from '../volumes/volumes.ts';

export interface PodServices {
  readonly verbs: Verbs;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly events: EventRecorder;
  readonly files: Files;
  readonly cgroups: Cgroups | undefined;
  readonly runtime: Runtime;
  readonly mirror: RuntimeMirror;
  readonly images: ImageStore;
  readonly volumes: Volumes;
  readonly probes: Probes;
  readonly keptLogs: KeptLogs;
  readonly handlers: HandlerTools;
  readonly paths: NodePaths;
  readonly cgroupPrefix: string;
  readonly dns: () => ClusterDns;
  readonly hostDns: DnsConfig;
  /** The machine's own /etc/hosts, for pods on its network. */
  readonly hostHosts: () => Promise<string>;
  readonly hostIPs: readonly string[];
  readonly machine: PodFacts['machine'];
  readonly memoryBytes: number;
  readonly allocatable: () => Allocatable;
  /** What this node has for pods, and what all of them but that one ask for. */
  readonly roomFor: (uid: string) => NodeRoom;
  readonly services: () => readonly Service[];
  /** Absent where nothing has ports: in simulation. */
  readonly hostPorts: HostPorts | undefined;
  readonly sandboxSlots: Slots;
  readonly startSlots: Slots;
  readonly referencesOf: (uid: string) => References;
  readonly releaseReferences: (uid: string) => void;
  /** Nothing of the pod uses its volumes any more. */
  readonly volumesReleased: (pod: Pod) => void;
  /** Settles when no traffic is sent to the pod any more, or when waiting longer is no use. */
  readonly drained: (pod: Pod) => Promise<void>;
  /** Settles when NetworkPolicies hold for a pod that gets this address. */
  readonly guarded: (pod: Pod, podIP: string) => Promise<void>;
  /** Pods came or went: the classes share the machine anew. */
  readonly balance: () => Promise<void>;
  /** The newest known form of the object, after a write of our own. */
  readonly observe: (pod: Pod) => void;
}
