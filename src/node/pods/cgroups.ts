/** The pod's own control group, above those of its containers. */
import { podCgroup, podLimits } from '../config/resources.ts';
import type { StepContext } from './carry-out.ts';

const periodMicroseconds = 100_000;

/** The runtime made the group with the sandbox; its bounds are ours to set. */
export async function sizePodCgroup(
  { pod, services }: Pick<StepContext, 'pod' | 'services'>,
  strict = false,
): Promise<void> {
  const { cgroups, cgroupPrefix, logger } = services;
  if (!cgroups) return;
  await services.balance();
  const path = podCgroup(cgroupPrefix, pod);
  const { cpuShares, cpuQuota, memoryBytes } = podLimits(pod);
  try {
    await cgroups.write('cpu', path, 'cpu.shares', String(cpuShares));
    if (cpuQuota !== undefined) {
      await cgroups.write('cpu', path, 'cpu.cfs_period_us', String(periodMicroseconds));
      await cgroups.write('cpu', path, 'cpu.cfs_quota_us', String(cpuQuota));
    }
    if (memoryBytes !== undefined) {
      await cgroups.write('memory', path, 'memory.limit_in_bytes', String(memoryBytes));
    }
  } catch (error) {
    if (strict) throw error;
    logger.warn('cannot bound the control group of a pod', { path, error: String(error) });
  }
}

/** In all classes, since a restarted agent may know the pod by its uid only. */
export async function removePodCgroup({ pod, memory, services }: StepContext): Promise<void> {
  const { cgroups, cgroupPrefix } = services;
  const uid = pod.metadata.uid;
  for (const qos of ['', '/burstable', '/besteffort']) {
    const path = `${cgroupPrefix}/kubepods${qos}/pod${uid}`;
    if (cgroups && !(await cgroups.remove(path))) throw new Error(`${path} is still in use`);
  }
  memory.cgroupRemoved = true;
}
