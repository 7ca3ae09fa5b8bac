/** Brings a container up: its configuration, the runtime's two calls, its hook. */
import { wordsOf } from '#base/words.ts';
import { ConfigError } from '../config/config-error.ts';
import { containerConfig } from '../config/container-config.ts';
import { fileInVolume } from '../config/mounts.ts';
import { sandboxConfig } from '../config/sandbox-config.ts';
import { serviceEnv } from '../config/service-env.ts';
import type { Step } from '../decide/facts.ts';
import { memberNamed } from '../decide/members.ts';
import type { ObservedContainer } from '../decide/observed.ts';
import { notedIn, withGranted } from '../decide/resize.ts';
import type { ContainerConfig } from '../runtime/runtime.ts';
import type { StepContext } from './carry-out.ts';
import { sizePodCgroup } from './cgroups.ts';
import { fieldPathOf } from './field-path.ts';
import { postStartLimitMs, runHook } from './hooks.ts';
import { killContainer } from './kill-container.ts';

type StartStep = Extract<Step, { type: 'startContainer' }>;

const firstDelayMs = 2_000;
const mostDelayMs = 60_000;

const reasons = {
  config: 'CreateContainerConfigError',
  create: 'CreateContainerError',
  start: 'RunContainerError',
} as const;

export async function startContainer(step: StartStep, context: StepContext): Promise<void> {
  const { memory, services } = context;
  const { container: name, sandboxId } = step;
  const tell = teller(name, context);
  const made: { id?: string; stage: keyof typeof reasons } = { stage: 'config' };
  try {
    const config = await configOf(step, context);
    // A group above that is smaller than the container's own would refuse it.
    if (memory.granted.size > 0) {
      await sizePodCgroup({ pod: withGranted(context.pod, memory.granted), services });
    }
    made.stage = 'create';
    await services.startSlots.run(async () => {
      const { runtime } = services;
      made.id = await runtime.createContainer(sandboxId, config, sandboxOf(step, context));
      // The last status may still speak of what the pod had before a resize that asked for this container.
      memory.applied.set(made.id, notedIn(config) ?? {});
      made.stage = 'start';
      await runtime.startContainer(made.id);
    });
    tell('Normal', 'Created', `Created container: ${name}`);
    tell('Normal', 'Started', `Started container ${name}`);
    memory.problems.delete(name);
    memory.worked(name);
  } catch (error) {
    if (made.stage === 'create') services.mirror.lookAgain();
    const reason = error instanceof ConfigError ? error.reason : reasons[made.stage];
    const message = wordsOf(error);
    tell('Warning', 'Failed', `Error: ${message}`);
    const delay = memory.nextDelay(name, firstDelayMs, mostDelayMs);
    memory.problems.set(name, { reason, message, retryAtMs: services.clock.now() + delay });
  }
  if (made.id === undefined) return;
  // The next start asks for the image again: it may be gone, or another, by then.
  memory.images.delete(name);
  const started = await services.mirror.refreshContainer(made.id, sandboxId);
  if (started?.state === 'running') await afterStart(started, context);
}

/** A container whose postStart hook fails is ended, and its policy decides what follows. */
async function afterStart(started: ObservedContainer, context: StepContext): Promise<void> {
  const { pod, memory, services } = context;
  const postStart = memberNamed(pod, started.name)?.container.lifecycle?.postStart;
  if (!postStart) return;
  const result = await Promise.race([
    runHook(postStart, pod, started, postStartLimitMs, services),
    memory.ending.promise,
  ]);
  if (!result || result.state === 'success') return;
  teller(started.name, context)(
    'Warning',
    'FailedPostStartHook',
    `PostStartHook failed: ${result.output}`,
  );
  const kill = { type: 'killContainer', id: started.id, container: started.name } as const;
  const graceSeconds = pod.spec?.terminationGracePeriodSeconds ?? 30;
  const message = 'FailedPostStartHook';
  await killContainer({ ...kill, reason: 'startup', message, graceSeconds }, context);
}

function teller(name: string, { pod, services }: StepContext) {
  const fieldPath = fieldPathOf(pod, name);
  return (level: 'Normal' | 'Warning', reason: string, message: string): void =>
    services.events.record({ regarding: pod, level, reason, message, fieldPath });
}

function sandboxOf({ sandboxId }: StartStep, { pod, services }: StepContext) {
  const { mirror, paths, dns, hostDns, cgroupPrefix } = services;
  const attempt =
    mirror.sandboxesOf(pod.metadata.uid ?? '').find(({ id }) => id === sandboxId)?.attempt ?? 0;
  return sandboxConfig(pod, attempt, { paths, dns: dns(), hostDns, cgroupPrefix });
}

async function configOf(step: StartStep, context: StepContext): Promise<ContainerConfig> {
  const { services } = context;
  const pod = withGranted(context.pod, context.memory.granted);
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
    targetId: target ? targetOf(uid, target, context) : undefined,
    placeOf: (name) => services.volumes.placeOf(pod, name),
    fileIn: (volume, path) =>
      fileInVolume(services.volumes.placeOf(pod, volume), path, services.files),
  });
}

function targetOf(uid: string, target: string, { services }: StepContext): string {
  const found = services.mirror
    .containersOf(uid)
    .find(({ name, state }) => name === target && state === 'running');
  if (!found) throw new ConfigError(`unable to find target container ${target}`);
  return found.id;
}
