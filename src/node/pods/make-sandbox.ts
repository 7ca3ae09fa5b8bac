import { runtimeClasses } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import type { RuntimeClass } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import { hostsFile } from '../config/hosts.ts';
import { sandboxConfig } from '../config/sandbox-config.ts';
import { isRuntimeError, RuntimeError } from '../runtime/runtime-error.ts';
import type { StepContext } from './carry-out.ts';

const firstDelayMs = 1_000;
const mostDelayMs = 30_000;

export async function makeSandbox(attempt: number, context: StepContext): Promise<void> {
  const { pod, memory, services } = context;
  const { runtime, mirror, events, clock, sandboxSlots, paths, dns, hostDns, cgroupPrefix } =
    services;
  try {
    const config = sandboxConfig(pod, attempt, { paths, dns: dns(), hostDns, cgroupPrefix });
    await services.files.makeDirectory(config.logDirectory, 0o755);
    const handler = await handlerOf(context);
    const id = await sandboxSlots.run(() => runtime.runSandbox(config, handler));
    const sandbox = await mirror.refreshSandbox(id);
    await writeHosts(context, sandbox?.ips ?? []);
    if (sandbox?.ips[0] && !pod.spec?.hostNetwork) {
      await services.guarded(pod, sandbox.ips[0]);
      await services.hostPorts?.open(pod, sandbox.ips[0]);
    }
    memory.sandboxProblem = undefined;
    memory.worked('sandbox');
  } catch (error) {
    // It may have come to be all the same: an earlier run's call, or one that took too long.
    mirror.lookAgain();
    const words = wordsOf(error);
    const message = `Failed to create pod sandbox: rpc error: ${words}`;
    const ours = isRuntimeError(error, 'Unavailable');
    // A runtime that is away is the node's trouble, not news about this pod.
    if (!ours) {
      const reason = 'FailedCreatePodSandBox';
      events.record({ regarding: pod, level: 'Warning', reason, message });
    }
    const delay = memory.nextDelay('sandbox', firstDelayMs, ours ? firstDelayMs : mostDelayMs);
    const retryAtMs = clock.now() + delay;
    memory.sandboxProblem = { reason: 'FailedCreatePodSandBox', message, retryAtMs };
  }
}

/** Which of the runtime's low-level runtimes the pod's class names. */
async function handlerOf({ pod, services }: StepContext): Promise<string> {
  const name = pod.spec?.runtimeClassName;
  if (!name) return '';
  try {
    const found = await services.verbs.get({ ...collectionOf(runtimeClasses), name });
    return (found as RuntimeClass).handler;
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
    throw new RuntimeError('InvalidArgument', `RuntimeClass "${name}" not found`, error);
  }
}

async function writeHosts({ pod, services }: StepContext, ips: readonly string[]): Promise<void> {
  const { files, paths, dns, hostHosts } = services;
  const uid = pod.metadata.uid ?? '';
  const base = pod.spec?.hostNetwork ? await hostHosts() : undefined;
  await files.makeDirectory(paths.pod(uid), 0o750);
  await files.write(paths.hostsFile(uid), hostsFile(pod, ips, dns().domain, base), 0o644);
}
