/**
 * The seam between the node agent and what runs containers. `cri/` speaks to containerd,
 * `scripted/` plays a part on a virtual clock. Whoever implements it promises:
 * a finished call is visible in the next list; `stop…` and `remove…` of what is gone succeed;
 * failures are `RuntimeError`s; ids are never used twice.
 */
import type { RegistryCredentials } from '#api/keyring.ts';
import type { ObservedContainer, ObservedSandbox } from '../decide/observed.ts';

export type NamespaceMode = 'POD' | 'CONTAINER' | 'NODE' | 'TARGET';

export interface NamespaceOptions {
  readonly network: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly ipc: NamespaceMode;
  /** Of `TARGET`: the container whose processes one sees. */
  readonly targetId?: string;
}

export interface SeccompProfile {
  readonly profileType: 'RuntimeDefault' | 'Unconfined' | 'Localhost';
  /** An absolute path, for `Localhost`. */
  readonly localhostRef?: string;
}

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface PortMapping {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIp: string;
}

export interface LinuxResources {
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpuShares?: number;
  readonly memoryLimitInBytes?: number;
  readonly oomScoreAdj?: number;
}

/** Field names are those of CRI v1, `runtime.v1.PodSandboxConfig`. */
export interface SandboxConfig {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace: string;
    readonly attempt: number;
  };
  /** Empty on the host's network. */
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dnsConfig?: DnsConfig;
  readonly portMappings: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly linux: {
    readonly cgroupParent: string;
    readonly sysctls: Readonly<Record<string, string>>;
    readonly securityContext: {
      readonly namespaceOptions: NamespaceOptions;
      readonly privileged: boolean;
      readonly supplementalGroups: readonly number[];
      readonly seccomp?: SeccompProfile;
      readonly runAsUser?: { readonly value: number };
      readonly runAsGroup?: { readonly value: number };
    };
  };
}

export interface ContainerMount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly propagation:
    | 'PROPAGATION_PRIVATE'
    | 'PROPAGATION_HOST_TO_CONTAINER'
    | 'PROPAGATION_BIDIRECTIONAL';
}

export interface ContainerSecurity {
  readonly privileged: boolean;
  readonly namespaceOptions: NamespaceOptions;
  readonly capabilities?: {
    readonly addCapabilities: readonly string[];
    readonly dropCapabilities: readonly string[];
  };
  readonly runAsUser?: { readonly value: number };
  readonly runAsGroup?: { readonly value: number };
  readonly runAsUsername?: string;
  readonly readonlyRootfs: boolean;
  readonly supplementalGroups: readonly number[];
  readonly noNewPrivs: boolean;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly seccomp?: SeccompProfile;
  /** `localhostRef` is the name of a profile that the kernel has loaded. */
  readonly apparmor?: SeccompProfile;
}

/** Field names are those of CRI v1, `runtime.v1.ContainerConfig`. */
export interface ContainerConfig {
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly image: { readonly image: string };
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly envs: readonly { readonly key: string; readonly value: string }[];
  readonly mounts: readonly ContainerMount[];
  readonly devices: readonly {
    readonly containerPath: string;
    readonly hostPath: string;
    readonly permissions: string;
  }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Below the sandbox's log directory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly linux: {
    readonly resources: LinuxResources;
    readonly securityContext: ContainerSecurity;
  };
}

export interface RuntimeVersion {
  readonly name: string;
  readonly version: string;
}

/** One of the runtime's own conditions, `RuntimeReady` or `NetworkReady`. */
export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Which streams of a container are wanted. */
export interface StreamFlags {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface ContainerStats {
  readonly containerId: string;
  readonly podUid: string;
  readonly name: string;
  readonly timeMs: number;
  readonly cpuNanoseconds: number;
  readonly workingSetBytes: number;
  readonly usageBytes: number;
  readonly rootfsBytes: number;
}

export interface RuntimeImage {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  /** Of the image's config; a name when it is not a number. */
  readonly uid: number | undefined;
  readonly username: string;
}

export interface Images {
  list(): Promise<readonly RuntimeImage[]>;
  status(image: string): Promise<RuntimeImage | undefined>;
  /** Answers what the name resolved to. */
  pull(image: string, credentials?: RegistryCredentials): Promise<string>;
  /** Removes every name of that image. */
  remove(image: string): Promise<void>;
}

export type RuntimeEvent =
  /** `id` is a container or a sandbox. What became of it is asked for. */
  | { readonly type: 'exited' | 'oom' | 'started' | 'deleted'; readonly id: string }
  | { readonly type: 'images' }
  /** Events may have been lost from here on until `connected`. */
  | { readonly type: 'disconnected' }
  | { readonly type: 'connected' };

export interface Runtime {
  version(): Promise<RuntimeVersion>;
  conditions(): Promise<readonly RuntimeCondition[]>;
  /** Without addresses. */
  listSandboxes(): Promise<readonly ObservedSandbox[]>;
  sandbox(id: string): Promise<ObservedSandbox | undefined>;
  /** `handler` names one of the runtime's low-level runtimes; empty: its default. */
  runSandbox(config: SandboxConfig, handler?: string): Promise<string>;
  stopSandbox(id: string): Promise<void>;
  removeSandbox(id: string): Promise<void>;
  /** Without times, exit code, reason and log path. */
  listContainers(): Promise<readonly ObservedContainer[]>;
  container(id: string): Promise<ObservedContainer | undefined>;
  createContainer(sandboxId: string, config: ContainerConfig, of: SandboxConfig): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** SIGTERM (or the image's stop signal), SIGKILL after `graceSeconds`. Settles when it has ended. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  /** To its first process. What it makes of it is seen later; one that has ended hears nothing. */
  signalContainer(id: string, signal: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  updateResources(id: string, resources: LinuxResources): Promise<void>;
  reopenLog(id: string): Promise<void>;
  /** Rejects with `DeadlineExceeded` when the command takes longer; it is killed then. */
  execSync(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult>;
  /** A URL for one connection. */
  exec(id: string, command: readonly string[], streams: StreamFlags): Promise<string>;
  attach(id: string, streams: StreamFlags): Promise<string>;
  portForward(sandboxId: string, ports: readonly number[]): Promise<string>;
  stats(): Promise<readonly ContainerStats[]>;
  readonly images: Images;
  subscribe(listener: (event: RuntimeEvent) => void): { close(): void };
  close(): void;
}
