/** Answers of CRI v1 as `wire/grpc` decodes them: every field is there, an absent message is null. */

export interface SandboxMessage {
  readonly id: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace: string;
    readonly attempt: number;
  } | null;
  readonly state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SandboxStatusMessage extends SandboxMessage {
  readonly network: {
    readonly ip: string;
    readonly additionalIps: readonly { readonly ip: string }[];
  } | null;
}

export type ContainerStateName =
  | 'CONTAINER_CREATED'
  | 'CONTAINER_RUNNING'
  | 'CONTAINER_EXITED'
  | 'CONTAINER_UNKNOWN';

export interface ContainerMessage {
  readonly id: string;
  readonly podSandboxId: string;
  readonly metadata: { readonly name: string; readonly attempt: number } | null;
  readonly image: { readonly image: string } | null;
  readonly imageRef: string;
  readonly state: ContainerStateName;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerStatusMessage extends Omit<ContainerMessage, 'podSandboxId'> {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly logPath: string;
}

export interface ImageMessage {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
  readonly uid: { readonly value: number } | null;
  readonly username: string;
}

type Value = { readonly value: number } | null;

export interface ContainerStatsMessage {
  readonly attributes: {
    readonly id: string;
    readonly metadata: { readonly name: string } | null;
    readonly labels: Readonly<Record<string, string>>;
  } | null;
  readonly cpu: { readonly timestamp: number; readonly usageCoreNanoSeconds: Value } | null;
  readonly memory: {
    readonly timestamp: number;
    readonly workingSetBytes: Value;
    readonly usageBytes: Value;
  } | null;
  readonly writableLayer: { readonly usedBytes: Value } | null;
}
