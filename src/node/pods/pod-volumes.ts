import { wordsOf } from '#base/words.ts';
import type { StepContext } from './carry-out.ts';

const firstDelayMs = 500;
const mostDelayMs = 122_000;

export async function prepareVolumes({ pod, memory, services }: StepContext): Promise<void> {
  const { volumes, mirror, hostIPs, events, clock } = services;
  const podIPs = mirror.sandboxesOf(pod.metadata.uid ?? '')[0]?.ips ?? [];
  try {
    await volumes.prepare(pod, { podIPs, hostIPs });
    // Of a pod that an earlier run of the agent brought up.
    if (podIPs[0] && !pod.spec?.hostNetwork) {
      await services.guarded(pod, podIPs[0]);
      await services.hostPorts?.open(pod, podIPs[0]);
    }
    memory.volumes = { state: 'ready' };
    memory.worked('volumes');
  } catch (error) {
    const message = wordsOf(error);
    events.record({ regarding: pod, level: 'Warning', reason: 'FailedMount', message });
    const retryAtMs = clock.now() + memory.nextDelay('volumes', firstDelayMs, mostDelayMs);
    memory.volumes = { state: 'pending', problem: { reason: 'FailedMount', message, retryAtMs } };
  }
}

export async function releaseVolumes({ pod, memory, services }: StepContext): Promise<void> {
  const { volumes } = services;
  await volumes.release(pod.metadata.uid ?? '');
  services.volumesReleased(pod);
  memory.volumes = { state: 'released' };
}
