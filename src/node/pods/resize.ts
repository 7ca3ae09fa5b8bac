/** Carries out what was granted to a pod that runs: its group first where it grows, last where it shrinks. */
import type { Container, ResourceRequirements } from '#api/types.ts';
import { wordsOf } from '#base/words.ts';
import { containerResources, podCgroup, podLimits } from '../config/resources.ts';
import { membersOf } from '../decide/members.ts';
import { effectiveOf, holds, wholePod, withGranted } from '../decide/resize.ts';
import type { StepContext } from './carry-out.ts';
import { sizePodCgroup } from './cgroups.ts';

const retryMs = { first: 2_000, most: 60_000 };

/** At once, so that the next pod that asks for the same room sees it taken. */
export function grantResize({ pod, memory }: StepContext): void {
  for (const { role, container } of membersOf(pod)) {
    if (role === 'ephemeral' || role === 'init') continue;
    memory.granted.set(container.name, (container as Container).resources ?? {});
  }
  const whole = pod.spec?.resources;
  if (whole) memory.granted.set(wholePod, whole);
  memory.resizeProblem = undefined;
  memory.worked('resize');
}

export async function applyResize(context: StepContext): Promise<void> {
  const { memory, services, pod: wanted } = context;
  const pod = withGranted(wanted, memory.granted);
  memory.unsure.add(wholePod);
  try {
    if (await grows({ ...context, pod })) await sizePodCgroup({ pod, services }, true);
    for (const member of membersOf(pod)) {
      await resizeContainer({ ...context, pod }, member.container as Container, member.role);
    }
    await sizePodCgroup({ pod, services }, true);
    if (pod.spec?.resources) memory.applied.set(wholePod, pod.spec.resources);
    memory.unsure.delete(wholePod);
    memory.resizeProblem = undefined;
    memory.worked('resize');
  } catch (error) {
    const message = wordsOf(error);
    const delay = memory.nextDelay('resize', retryMs.first, retryMs.most);
    memory.resizeProblem = { reason: 'Error', message, retryAtMs: services.clock.now() + delay };
  }
}

async function grows({ pod, services }: StepContext): Promise<boolean> {
  const { cgroups, cgroupPrefix } = services;
  const path = podCgroup(cgroupPrefix, pod);
  const { memoryBytes, cpuQuota } = podLimits(pod);
  const memory = Number(await cgroups?.read('memory', path, 'memory.limit_in_bytes'));
  const quota = Number(await cgroups?.read('cpu', path, 'cpu.cfs_quota_us'));
  return (memoryBytes ?? 0) > memory || (quota > 0 && (cpuQuota ?? 0) > quota);
}

async function resizeContainer(
  { pod, memory, services }: StepContext,
  container: Container,
  role: ReturnType<typeof membersOf>[number]['role'],
): Promise<void> {
  if (role === 'ephemeral' || role === 'init') return;
  const { name } = container;
  const facts = { pod, granted: memory.granted, applied: memory.applied, unsure: memory.unsure };
  const latest = services.mirror
    .containersOf(pod.metadata.uid ?? '')
    .find((one) => one.name === name && one.state === 'running');
  if (!latest) return;
  const granted: ResourceRequirements = effectiveOf(facts, { name, role, container });
  if (holds(facts, latest, granted)) return;
  const { memoryBytes, runtime } = services;
  memory.unsure.add(latest.id);
  await runtime.updateResources(latest.id, containerResources(pod, container, memoryBytes));
  memory.applied.set(latest.id, granted);
  memory.unsure.delete(latest.id);
}
