/** Brings a container up: its image, its configuration, the runtime's two calls, its hook. */
import type { Pod } from '#api/types.ts';
import { ConfigError } from '../config/config-error.ts';
import { containerConfig } from '../config/container-config.ts';
import { sandboxConfig } from '../config/sandbox-config.ts';
import { serviceEnv } from '../config/service-env.ts';
import type { Step } from '../decide/facts.ts';
import { memberNamed } from '../decide/members.ts';
import { credentialsFor, keyringOf } from '../images/keyring.ts';
import type { ContainerConfig, RegistryCredentials } from '../runtime/runtime.ts';
import { wordsOf } from '../words.ts';
import type { StepContext } from './carry-out.ts';
import { postStartLimitMs, runHook } from './hooks.ts';
import { killContainer } from './kill-container.ts';

type StartStep = Extract<Step, { type: 'startContainer' }>;
type ImageStep = Extract<Step, { type: 'ensureImage' }>;

const firstDelayMs = 2_000;
const mostDelayMs = 60_000;

/** How the kubelet names the part of a pod that an event is about. */
export function fieldPathOf(pod: Pod, name: string): string {
  const role = memberNamed(pod, name)?.role;
  const list =
    role === 'main'
      ? 'containers'
      : role === 'ephemeral'
        ? 'ephemeralContainers'
        : 'initContainers';
  return `spec.${list}{${name}}`;
}

export async function ensureImage(
  { container: name, image }: ImageStep,
  context: StepContext,
): Promise<void> {
  const { pod, memory, services } = context;
  const tell = (level: 'Normal' | 'Warning', reason: string, message: string): void =>
    services.events.record({
      regarding: pod,
      level,
      reason,
      message,
      fieldPath: fieldPathOf(pod, name),
    });
  const before = memory.images.get(name)?.failure;
  const policy = memberNamed(pod, name)?.container.imagePullPolicy;
  const result = await services.images.ensure(
    {
      podUid: pod.metadata.uid ?? '',
      image,
      policy,
      credentials: () => credentialsOf(image, context),
    },
    () => tell('Normal', 'Pulling', `Pulling image "${image}"`),
  );
  if (result.state === 'failed') {
    const { failure } = result;
    const pulled = failure.backOff.reason === 'ImagePullBackOff';
    tell(
      'Warning',
      pulled ? 'Failed' : failure.reason,
      pulled ? `Failed to pull image "${image}": ${failure.message}` : failure.message,
    );
    tell('Warning', 'Failed', `Error: ${failure.reason}`);
    if (pulled && before) tell('Normal', 'BackOff', `Back-off pulling image "${image}"`);
    memory.images.set(name, { ready: false, failure });
    return;
  }
  if (result.state === 'present') {
    tell('Normal', 'Pulled', `Container image "${image}" already present on machine`);
  } else {
    const took = `${Math.round(result.tookMs)}ms`;
    tell(
      'Normal',
      'Pulled',
      `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${result.sizeBytes} bytes.`,
    );
  }
  memory.images.set(name, { ready: true });
}

async function credentialsOf(
  image: string,
  { pod, services }: StepContext,
): Promise<RegistryCredentials[]> {
  const references = services.referencesOf(pod.metadata.uid ?? '');
  const { events } = services;
  const found = [];
  const missing: string[] = [];
  for (const { name = '' } of pod.spec?.imagePullSecrets ?? []) {
    const secret = await references.secret(pod.metadata.namespace ?? '', name);
    if (secret) found.push(secret);
    else missing.push(name);
  }
  if (missing.length > 0) {
    const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
    events.record({
      regarding: pod,
      level: 'Warning',
      reason: 'FailedToRetrieveImagePullSecret',
      message,
    });
  }
  return credentialsFor(image, keyringOf(found));
}

export async function startContainer(step: StartStep, context: StepContext): Promise<void> {
  const { pod, memory, services } = context;
  const { container: name, sandboxId } = step;
  const { runtime, mirror, events, clock } = services;
  const fieldPath = fieldPathOf(pod, name);
  let id: string | undefined;
  let stage: 'config' | 'create' | 'start' = 'config';
  try {
    const config = await configOf(step, context);
    stage = 'create';
    id = await services.startSlots.run(async () => {
      const made = await runtime.createContainer(sandboxId, config, sandboxOf(step, context));
      stage = 'start';
      id = made;
      await runtime.startContainer(made);
      return made;
    });
    events.record({
      regarding: pod,
      level: 'Normal',
      reason: 'Created',
      message: `Created container: ${name}`,
      fieldPath,
    });
    events.record({
      regarding: pod,
      level: 'Normal',
      reason: 'Started',
      message: `Started container ${name}`,
      fieldPath,
    });
    memory.problems.delete(name);
    memory.worked(name);
  } catch (error) {
    const reason =
      error instanceof ConfigError
        ? error.reason
        : {
            config: 'CreateContainerConfigError',
            create: 'CreateContainerError',
            start: 'RunContainerError',
          }[stage];
    const message = wordsOf(error);
    events.record({
      regarding: pod,
      level: 'Warning',
      reason: 'Failed',
      message: `Error: ${message}`,
      fieldPath,
    });
    const delay = memory.nextDelay(name, firstDelayMs, mostDelayMs);
    memory.problems.set(name, { reason, message, retryAtMs: clock.now() + delay });
    if (id === undefined) return;
  }
  // The next start asks for the image again: it may be gone, or another, by then.
  memory.images.delete(name);
  const started = await mirror.refreshContainer(id, sandboxId);
  const postStart = memberNamed(pod, name)?.container.lifecycle?.postStart;
  if (!postStart || started?.state !== 'running') return;
  const result = await runHook(postStart, pod, started, postStartLimitMs, services);
  if (result.passed) return;
  const message = `PostStartHook failed: ${result.output}`;
  events.record({
    regarding: pod,
    level: 'Warning',
    reason: 'FailedPostStartHook',
    message,
    fieldPath,
  });
  await killContainer(
    {
      type: 'killContainer',
      id,
      container: name,
      reason: 'startup',
      message: `FailedPostStartHook`,
      graceSeconds: pod.spec?.terminationGracePeriodSeconds ?? 30,
    },
    context,
  );
}

function sandboxOf({ sandboxId }: StartStep, { pod, services }: StepContext) {
  const { mirror, paths, dns, hostDns, cgroupPrefix } = services;
  const attempt =
    mirror.sandboxesOf(pod.metadata.uid ?? '').find(({ id }) => id === sandboxId)?.attempt ?? 0;
  return sandboxConfig(pod, attempt, { paths, dns: dns(), hostDns, cgroupPrefix });
}

async function configOf(step: StartStep, context: StepContext): Promise<ContainerConfig> {
  const { pod, services } = context;
  const member = memberNamed(pod, step.container);
  if (!member) throw new ConfigError(`no container ${step.container} in the pod's spec`);
  const uid = pod.metadata.uid ?? '';
  const { container } = member;
  const image = await services.images.status(container.image ?? '');
  if (!image) throw new ConfigError(`image "${container.image}" is gone`, 'ErrImageNeverPull');
  const own = services.mirror.sandboxesOf(uid).find(({ id }) => id === step.sandboxId)?.ips ?? [];
  const { hostIPs } = services;
  const target = 'targetContainerName' in container ? container.targetContainerName : undefined;
  return containerConfig(container, {
    pod,
    addresses: { podIPs: pod.spec?.hostNetwork ? hostIPs : own, hostIPs },
    allocatable: services.allocatable(),
    references: services.referencesOf(uid),
    services: serviceEnv(
      services.services(),
      pod.metadata.namespace ?? '',
      pod.spec?.enableServiceLinks ?? true,
    ),
    paths: services.paths,
    files: services.files,
    memoryBytes: services.memoryBytes,
    image: { ...image, reference: image.id },
    attempt: step.attempt,
    backOffSeconds: step.backOffSeconds,
    targetId: target
      ? services.mirror
          .containersOf(uid)
          .find(({ name, state }) => name === target && state === 'running')?.id
      : undefined,
    placeOf: (name) => services.volumes.placeOf(pod, name),
  });
}
