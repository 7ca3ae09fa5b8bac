/** Lifecycle hooks of containers. */
import type { LifecycleHandler, Pod } from '#api/types.ts';
import { annotations } from '../decide/labels.ts';
import { memberNamed } from '../decide/members.ts';
import type { ObservedContainer } from '../decide/observed.ts';
import { type HandlerResult, runHandler } from '../probes/handler.ts';
import type { PodServices } from './services.ts';

/** A postStart hook has no limit of its own; this one is for a hook that hangs. */
const postStartMaxMs = 10 * 60_000;

export async function runHook(
  hook: LifecycleHandler,
  pod: Pod,
  container: ObservedContainer,
  limitMs: number,
  services: PodServices,
): Promise<HandlerResult> {
  if (hook.sleep) {
    const ms = Math.min(hook.sleep.seconds * 1000, limitMs);
    await new Promise<void>((resolve) => services.timers.after(ms, resolve));
    return { state: 'success', output: '' };
  }
  const spec = memberNamed(pod, container.name)?.container ?? { name: container.name };
  const sandbox = services.mirror.sandboxesOf(container.podUid)[0];
  const podIP = sandbox?.ips[0] ?? services.hostIPs[0] ?? '';
  const target = { container: spec, containerId: container.id, podIP };
  return runHandler(hook, target, limitMs, services.handlers);
}

export function preStopOf(pod: Pod, container: ObservedContainer): LifecycleHandler | undefined {
  const spec = memberNamed(pod, container.name)?.container;
  if (spec) return spec.lifecycle?.preStop;
  const noted = container.annotations[annotations.preStop];
  return noted === undefined ? undefined : (JSON.parse(noted) as LifecycleHandler);
}

export const postStartLimitMs = postStartMaxMs;
