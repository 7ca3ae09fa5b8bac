/** containerd by CRI v1. */
import type { Clock, Timers } from '#base/clock.ts';
import type { KernelLog } from '#sys/kernel-log.ts';
import { connectGrpc } from '#wire/grpc/client.ts';
import { containerdEvents } from '#wire/grpc/containerd-events.ts';
import { criV1 } from '#wire/grpc/cri-v1.ts';
import { compileProto } from '#wire/grpc/proto.ts';
import type { ObservedContainer } from '../../decide/observed.ts';
import { killedCode, MemoryKills } from '../memory-kills.ts';
import { isRuntimeError } from '../runtime-error.ts';
import type { ExecResult, Runtime, RuntimeCondition, StreamFlags } from '../runtime.ts';
import { containerOf, runtimeErrorOf, sandboxOf, statsOf } from './convert.ts';
import { watchContainerd } from './cri-events.ts';
import { criImages } from './cri-images.ts';
import type {
  ContainerMessage,
  ContainerStatsMessage,
  ContainerStatusMessage,
  SandboxMessage,
  SandboxStatusMessage,
} from './messages.ts';

export type CriCall = <T>(method: string, request: object, timeoutMs?: number) => Promise<T>;

/** Setting up a pod's network may wait for other pods'. */
const sandboxTimeoutMs = 4 * 60_000;
/** Beyond the grace period: SIGKILL, and the runtime's own work. */
const stopMarginMs = 60_000;
/** Children that keep a killed command's pipes open must not keep the caller. */
const execMarginMs = 3_000;

export interface CriOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly kernelLog: KernelLog;
}

export function connectCri({ socketPath, clock, timers, kernelLog }: CriOptions): Runtime {
  const client = connectGrpc(
    `unix:${socketPath}`,
    compileProto([criV1, ...containerdEvents]),
    clock,
  );
  const call: CriCall = async (method, request, timeoutMs) => {
    try {
      const [name, metadata] = method.startsWith('Tasks/')
        ? [`containerd.services.tasks.v1.${method}`, { 'containerd-namespace': 'k8s.io' }]
        : [`runtime.v1.${method}`, {}];
      return await client.call(name, request, { metadata, ...(timeoutMs && { timeoutMs }) });
    } catch (error) {
      throw runtimeErrorOf(error);
    }
  };
  const kills = new MemoryKills(kernelLog);
  return {
    ...runtimeCalls(call, kills),
    subscribe: (listener) => watchContainerd(client, timers, kills, listener),
    close: () => client.close(),
    images: criImages(call),
  };
}

function runtimeCalls(
  call: CriCall,
  kills: MemoryKills,
): Omit<Runtime, 'images' | 'subscribe' | 'close'> {
  const ask: CriCall = (method, request, timeoutMs) =>
    call(`RuntimeService/${method}`, request, timeoutMs);
  return {
    ...sandboxCalls(ask),
    ...containerCalls(ask, kills),
    ...streamCalls(ask),
    signalContainer: async (containerId, signal) => {
      const request = { containerId, signal };
      // CRI knows one signal only; containerd itself knows the others.
      await orGone(() => call('Tasks/Kill', request));
    },
    version: async () => {
      const answer = await ask<{ runtimeName: string; runtimeVersion: string }>('Version', {});
      return { name: answer.runtimeName, version: answer.runtimeVersion };
    },
    conditions: async () => {
      const { status } = await ask<{ status: { conditions: RuntimeCondition[] } | null }>(
        'Status',
        {},
        5_000,
      );
      return status?.conditions ?? [];
    },
    stats: async () => {
      const { stats } = await ask<{ stats: ContainerStatsMessage[] }>('ListContainerStats', {});
      // containerd lists what has ended, too, without figures.
      return stats.filter(({ cpu, memory }) => cpu !== null || memory !== null).map(statsOf);
    },
  };
}

function sandboxCalls(
  ask: CriCall,
): Pick<Runtime, 'listSandboxes' | 'sandbox' | 'runSandbox' | 'stopSandbox' | 'removeSandbox'> {
  return {
    listSandboxes: async () => {
      const { items } = await ask<{ items: SandboxMessage[] }>('ListPodSandbox', {});
      return items.map(sandboxOf);
    },
    sandbox: (podSandboxId) =>
      orGone(async () => {
        const { status } = await ask<{ status: SandboxStatusMessage }>('PodSandboxStatus', {
          podSandboxId,
        });
        return sandboxOf(status);
      }),
    runSandbox: async (config, runtimeHandler = '') => {
      const { podSandboxId } = await ask<{ podSandboxId: string }>(
        'RunPodSandbox',
        { config, runtimeHandler },
        sandboxTimeoutMs,
      );
      return podSandboxId;
    },
    stopSandbox: async (podSandboxId) => {
      await orGone(() => ask('StopPodSandbox', { podSandboxId }, sandboxTimeoutMs));
    },
    removeSandbox: async (podSandboxId) => {
      await orGone(() => ask('RemovePodSandbox', { podSandboxId }, sandboxTimeoutMs));
    },
  };
}

function containerCalls(
  ask: CriCall,
  kills: MemoryKills,
): Pick<
  Runtime,
  | 'listContainers'
  | 'container'
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'updateResources'
  | 'reopenLog'
> {
  return {
    listContainers: async () => {
      const { containers } = await ask<{ containers: ContainerMessage[] }>('ListContainers', {});
      return containers.map((message) => containerOf(message, message.podSandboxId));
    },
    container: (containerId) =>
      orGone(async () => {
        const { status } = await ask<{ status: ContainerStatusMessage }>('ContainerStatus', {
          containerId,
        });
        // A status does not name its sandbox; whoever asks knows it from the list.
        return withCause(containerOf(status, ''), kills);
      }),
    createContainer: async (podSandboxId, config, sandboxConfig) => {
      const { containerId } = await ask<{ containerId: string }>(
        'CreateContainer',
        { podSandboxId, config, sandboxConfig },
        sandboxTimeoutMs,
      );
      return containerId;
    },
    startContainer: async (containerId) => {
      await ask('StartContainer', { containerId }, sandboxTimeoutMs);
    },
    stopContainer: async (containerId, graceSeconds) => {
      const timeoutMs = graceSeconds * 1000 + stopMarginMs;
      await orGone(() => ask('StopContainer', { containerId, timeout: graceSeconds }, timeoutMs));
    },
    removeContainer: async (containerId) => {
      await orGone(() => ask('RemoveContainer', { containerId }));
    },
    updateResources: async (containerId, linux) => {
      await ask('UpdateContainerResources', { containerId, linux });
    },
    reopenLog: async (containerId) => {
      await ask('ReopenContainerLog', { containerId });
    },
  };
}

/** The runtime's books may lack why a container was killed, or have it late; the kernel's do not. */
function withCause(found: ObservedContainer, kills: MemoryKills): ObservedContainer {
  const { state, exitCode, reason, id } = found;
  const isUnexplained = state === 'exited' && exitCode === killedCode && reason === 'Error';
  return isUnexplained && kills.hasContainer(id) ? { ...found, reason: 'OOMKilled' } : found;
}

function streamCalls(ask: CriCall): Pick<Runtime, 'execSync' | 'exec' | 'attach' | 'portForward'> {
  const urlOf = async (method: string, request: object): Promise<string> =>
    (await ask<{ url: string }>(method, request)).url;
  return {
    execSync: (containerId, cmd, timeoutMs) =>
      ask<ExecResult>(
        'ExecSync',
        { containerId, cmd, timeout: Math.max(1, Math.ceil(timeoutMs / 1000)) },
        timeoutMs + execMarginMs,
      ),
    exec: (containerId, cmd, streams: StreamFlags) =>
      urlOf('Exec', { containerId, cmd, ...streams }),
    attach: (containerId, streams: StreamFlags) => urlOf('Attach', { containerId, ...streams }),
    portForward: (podSandboxId, port) => urlOf('PortForward', { podSandboxId, port }),
  };
}

async function orGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isRuntimeError(error, 'NotFound')) return undefined;
    throw error;
  }
}
