import type { Container } from '#api/types.ts';
import type { Files } from '#sys/files.ts';
import { annotations, labels } from '../decide/labels.ts';
import { memberNamed, templateHash } from '../decide/members.ts';
import { inherited } from '../decide/resize.ts';
import type { NodePaths } from '../paths.ts';
import type { ContainerConfig, ContainerMount } from '../runtime/runtime.ts';
import { containerEnv, type EnvContext } from './env.ts';
import { expand } from './expand.ts';
import { type VolumePlace, volumeDevices, volumeMounts } from './mounts.ts';
import { containerResources } from './resources.ts';
import { containerSecurity, type ImageUser } from './security.ts';

export interface ContainerContext extends EnvContext {
  readonly paths: NodePaths;
  readonly files: Files;
  readonly memoryBytes: number;
  readonly image: ImageUser & { readonly reference: string };
  readonly attempt: number;
  readonly backOffSeconds: number | undefined;
  /** The container whose processes an ephemeral one sees. */
  readonly targetId: string | undefined;
  readonly placeOf: (volume: string) => VolumePlace | undefined;
}

const defaultTerminationPath = '/dev/termination-log';

/** Rejects with a ConfigError when the spec cannot be met now. */
export async function containerConfig(
  container: Container,
  context: ContainerContext,
): Promise<ContainerConfig> {
  const { pod, paths, attempt, image, files } = context;
  const security = containerSecurity(pod, container, image, paths.seccomp);
  const env = await containerEnv(container, context);
  const lookUp = (name: string): string | undefined => env.get(name);
  const mounts = await volumeMounts(container, env, context.placeOf, files);
  return {
    metadata: { name: container.name, attempt },
    image: { image: image.reference },
    command: (container.command ?? []).map((word) => expand(word, lookUp)),
    args: (container.args ?? []).map((word) => expand(word, lookUp)),
    workingDir: container.workingDir ?? '',
    envs: [...env].map(([key, value]) => ({ key, value })),
    mounts: [...mounts, ...(await ownMounts(container, context, mounts))],
    devices: volumeDevices(container, context.placeOf),
    labels: {
      [labels.containerName]: container.name,
      [labels.podName]: pod.metadata.name ?? '',
      [labels.podNamespace]: pod.metadata.namespace ?? '',
      [labels.podUid]: pod.metadata.uid ?? '',
    },
    annotations: notesOn(container, context),
    logPath: paths.containerLog(container.name, attempt),
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources: containerResources(pod, container, context.memoryBytes),
      securityContext: context.targetId
        ? {
            ...security,
            namespaceOptions: {
              ...security.namespaceOptions,
              pid: 'TARGET',
              targetId: context.targetId,
            },
          }
        : security,
    },
  };
}

/** All that a later run of the agent needs to know of this container. */
function notesOn(
  container: Container,
  { pod, attempt, backOffSeconds }: ContainerContext,
): Record<string, string> {
  const { preStop, stopSignal } = container.lifecycle ?? {};
  return {
    [annotations.hash]: templateHash(container),
    [annotations.restartCount]: String(attempt),
    [annotations.role]: memberNamed(pod, container.name)?.role ?? 'main',
    [annotations.terminationMessagePath]:
      container.terminationMessagePath ?? defaultTerminationPath,
    [annotations.terminationMessagePolicy]: container.terminationMessagePolicy ?? 'File',
    [annotations.podGraceSeconds]: String(pod.spec?.terminationGracePeriodSeconds ?? 30),
    [annotations.resources]: JSON.stringify(
      inherited(container.resources ?? {}, pod.spec?.resources),
    ),
    ...(backOffSeconds !== undefined && { [annotations.backOff]: String(backOffSeconds) }),
    ...(stopSignal && { [annotations.stopSignal]: stopSignal }),
    ...(preStop && { [annotations.preStop]: JSON.stringify(preStop) }),
  };
}

async function ownMounts(
  container: Container,
  { pod, paths, files, attempt }: ContainerContext,
  mounts: readonly ContainerMount[],
): Promise<ContainerMount[]> {
  const uid = pod.metadata.uid ?? '';
  const taken = new Set(mounts.map(({ containerPath }) => containerPath));
  const log = paths.terminationLog(uid, container.name, attempt);
  await files.makeDirectory(log.slice(0, log.lastIndexOf('/')));
  // Whoever the container runs as may write its last words.
  await files.write(log, '', 0o666);
  const own = [
    { containerPath: '/etc/hosts', hostPath: paths.hostsFile(uid) },
    { containerPath: container.terminationMessagePath ?? defaultTerminationPath, hostPath: log },
  ];
  return own
    .filter(({ containerPath }) => !taken.has(containerPath))
    .map((mount) => ({ ...mount, readonly: false, propagation: 'PROPAGATION_PRIVATE' }));
}
