/**
 * Ends all pods of a machine without an agent: from what the runtime lists and what is noted on it. Their
 * objects stay as they are, so that the same pods come back.
 */
import type { LifecycleHandler } from '#api/types.ts';
import type { Clock, Timers } from '#base/clock.ts';
import { signalNumber } from '#sys/signals.ts';
import { networkProbes } from '#wire/probe/network-probes.ts';
import { annotations } from './decide/labels.ts';
import type { ObservedContainer } from './decide/observed.ts';
import { type EndingPod, shutdownWaves } from './decide/shutdown.ts';
import { runHandler } from './probes/handler.ts';
import type { Runtime } from './runtime/runtime.ts';

export interface EndPodsOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Whatever a pod would give its containers: hook and signal together get no more. */
  readonly graceSecondsMax: number;
}

/** Answers how many pods ran. What does not end by itself is killed; what cannot be ended is left. */
export async function endPods(options: EndPodsOptions): Promise<number> {
  const { runtime } = options;
  const [sandboxes, containers] = await Promise.all([
    runtime.listSandboxes(),
    runtime.listContainers(),
  ]);
  for (const wave of shutdownWaves(sandboxes, containers)) {
    await Promise.allSettled(wave.map((pod) => endPod(pod, options)));
  }
  await Promise.allSettled(sandboxes.map(({ id }) => runtime.stopSandbox(id)));
  return sandboxes.filter(({ ready }) => ready).length;
}

async function endPod({ sandbox, order }: EndingPod, options: EndPodsOptions): Promise<void> {
  const { clock } = options;
  const noted = Number(sandbox.annotations[annotations.podGraceSeconds] ?? options.graceSecondsMax);
  const endMs = clock.monotonic() + Math.min(noted, options.graceSecondsMax) * 1000;
  for (const together of order) {
    await Promise.allSettled(together.map((container) => endContainer(container, endMs, options)));
  }
}

async function endContainer(
  container: ObservedContainer,
  endMs: number,
  options: EndPodsOptions,
): Promise<void> {
  const { runtime, clock, timers } = options;
  const left = (): number => Math.max(0, endMs - clock.monotonic());
  const { id, annotations: own } = container;
  const hook = own[annotations.preStop];
  if (hook !== undefined && left() > 0) await runHook(JSON.parse(hook), container, left(), options);
  const signal = signalNumber(own[annotations.stopSignal] ?? '');
  if (signal !== undefined && left() > 0) {
    const ended = Promise.withResolvers<void>();
    const subscription = runtime.subscribe((event) => {
      if (event.type === 'exited' && event.id === id) ended.resolve();
    });
    const timer = timers.after(left(), () => ended.resolve());
    await runtime.signalContainer(id, signal);
    await ended.promise;
    timer.cancel();
    subscription.close();
    return runtime.stopContainer(id, 0);
  }
  return runtime.stopContainer(id, Math.ceil(left() / 1000));
}

async function runHook(
  hook: LifecycleHandler,
  container: ObservedContainer,
  limitMs: number,
  { runtime, clock, timers }: EndPodsOptions,
): Promise<void> {
  if (hook.sleep) {
    const ms = Math.min(hook.sleep.seconds * 1000, limitMs);
    return new Promise<void>((resolve) => timers.after(ms, resolve));
  }
  const podIP = (await runtime.sandbox(container.sandboxId))?.ips[0] ?? '127.0.0.1';
  const target = { container: { name: container.name }, containerId: container.id, podIP };
  await runHandler(hook, target, limitMs, { runtime, network: networkProbes(clock, timers) });
}
