import { GrpcError } from '#wire/grpc/grpc-error.ts';
import { labels } from '../../decide/labels.ts';
import type {
  ContainerRuntimeState,
  ObservedContainer,
  ObservedSandbox,
} from '../../decide/observed.ts';
import { RuntimeError, type RuntimeErrorKind } from '../runtime-error.ts';
import type { ContainerStats, RuntimeImage } from '../runtime.ts';
import type {
  ContainerMessage,
  ContainerStateName,
  ContainerStatsMessage,
  ContainerStatusMessage,
  ImageMessage,
  SandboxMessage,
  SandboxStatusMessage,
} from './messages.ts';

const millis = (nanoseconds: number): number => Math.floor(nanoseconds / 1e6);

export function sandboxOf(message: SandboxMessage | SandboxStatusMessage): ObservedSandbox {
  const network = 'network' in message ? message.network : null;
  const ips = network?.ip ? [network.ip, ...network.additionalIps.map(({ ip }) => ip)] : [];
  return {
    id: message.id,
    podUid: message.metadata?.uid ?? '',
    namespace: message.metadata?.namespace ?? '',
    name: message.metadata?.name ?? '',
    attempt: message.metadata?.attempt ?? 0,
    ready: message.state === 'SANDBOX_READY',
    createdAtMs: millis(message.createdAt),
    ips,
    labels: message.labels,
    annotations: message.annotations,
  };
}

const states: Readonly<Record<ContainerStateName, ContainerRuntimeState>> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
};

export function containerOf(
  message: ContainerMessage | ContainerStatusMessage,
  sandboxId: string,
): ObservedContainer {
  const status = 'startedAt' in message ? message : undefined;
  return {
    id: message.id,
    sandboxId,
    podUid: message.labels[labels.podUid] ?? '',
    name: message.metadata?.name ?? '',
    attempt: message.metadata?.attempt ?? 0,
    state: states[message.state],
    image: message.image?.image ?? '',
    imageRef: message.imageRef,
    createdAtMs: millis(message.createdAt),
    startedAtMs: millis(status?.startedAt ?? 0),
    finishedAtMs: millis(status?.finishedAt ?? 0),
    exitCode: status?.exitCode ?? 0,
    reason: status?.reason ?? '',
    message: status?.message ?? '',
    logPath: status?.logPath ?? '',
    labels: message.labels,
    annotations: message.annotations,
  };
}

export function imageOf(message: ImageMessage): RuntimeImage {
  return {
    id: message.id,
    tags: message.repoTags,
    digests: message.repoDigests,
    sizeBytes: message.size,
    uid: message.uid?.value,
    username: message.username,
  };
}

export function statsOf(message: ContainerStatsMessage): ContainerStats {
  return {
    containerId: message.attributes?.id ?? '',
    podUid: message.attributes?.labels[labels.podUid] ?? '',
    name: message.attributes?.metadata?.name ?? '',
    timeMs: millis(message.cpu?.timestamp ?? message.memory?.timestamp ?? 0),
    cpuNanoseconds: message.cpu?.usageCoreNanoSeconds?.value ?? 0,
    workingSetBytes: message.memory?.workingSetBytes?.value ?? 0,
    usageBytes: message.memory?.usageBytes?.value ?? 0,
    rootfsBytes: message.writableLayer?.usedBytes?.value ?? 0,
  };
}

const kinds: Partial<Record<GrpcError['status'], RuntimeErrorKind>> = {
  NOT_FOUND: 'NotFound',
  ALREADY_EXISTS: 'AlreadyExists',
  DEADLINE_EXCEEDED: 'DeadlineExceeded',
  UNAVAILABLE: 'Unavailable',
  CANCELLED: 'Unavailable',
  INVALID_ARGUMENT: 'InvalidArgument',
};

export function runtimeErrorOf(error: unknown): unknown {
  if (!(error instanceof GrpcError)) return error;
  return new RuntimeError(kinds[error.status] ?? 'Failed', error.message, error);
}
