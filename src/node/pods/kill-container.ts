import type { Step } from '../decide/facts.ts';
import { signalNumber } from '#sys/signals.ts';
import { annotations } from '../decide/labels.ts';
import type { ObservedContainer } from '../decide/observed.ts';
import type { StepContext } from './carry-out.ts';
import { preStopOf, runHook } from './hooks.ts';
import { fieldPathOf } from './field-path.ts';

type KillStep = Extract<Step, { type: 'killContainer' }>;

/** However long the hook took, SIGTERM is followed by at least this much time. */
const lastGraceSeconds = 2;

/** preStop, then SIGTERM, then SIGKILL, all within the grace period. Settles when it has ended. */
export async function killContainer(step: KillStep, context: StepContext): Promise<void> {
  const { pod, services } = context;
  const { runtime, mirror, events, clock } = services;
  const { id, container: name, message, graceSeconds, reason } = step;
  const fieldPath = fieldPathOf(pod, name);
  events.record({ regarding: pod, level: 'Normal', reason: 'Killing', message, fieldPath });
  const from = clock.monotonic();
  const container = mirror.container(id);
  const preStop = container && preStopOf(pod, container);
  const gate = reason === 'deleted' ? services.drained(pod) : Promise.resolve();
  if (preStop && container && graceSeconds > 0) {
    const result = await within(
      runHook(preStop, pod, container, graceSeconds * 1000, services),
      graceSeconds * 1000,
      context,
    );
    if (result && result.state !== 'success') {
      const words = `PreStopHook failed: ${result.output}`;
      events.record({
        regarding: pod,
        level: 'Warning',
        reason: 'FailedPreStopHook',
        message: words,
        fieldPath,
      });
    }
  }
  await within(gate, graceSeconds * 1000, context);
  const spent = Math.floor((clock.monotonic() - from) / 1000);
  const left = spent === 0 ? graceSeconds : Math.max(lastGraceSeconds, graceSeconds - spent);
  const rest = await askToStop(container, left, context);
  await mirror.end(id, () => runtime.stopContainer(id, rest));
  await mirror.refreshContainer(id);
}

/** By the signal that the pod names, which the runtime does not know; answers the time for the runtime's own. */
async function askToStop(
  container: ObservedContainer | undefined,
  graceSeconds: number,
  context: StepContext,
): Promise<number> {
  const signal = container?.annotations[annotations.stopSignal];
  const number = signal === undefined ? undefined : signalNumber(signal);
  if (!container || number === undefined || graceSeconds === 0) return graceSeconds;
  const { runtime, mirror } = context.services;
  const ended = mirror.whenEnded(container.id);
  await runtime.signalContainer(container.id, number);
  await within(ended, graceSeconds * 1000, context);
  return 0;
}

async function within<T>(
  work: Promise<T>,
  limitMs: number,
  { services }: StepContext,
): Promise<T | undefined> {
  let end: (() => void) | undefined;
  const late = new Promise<undefined>((resolve) => {
    const timer = services.timers.after(limitMs, () => resolve(undefined));
    end = () => timer.cancel();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    end?.();
  }
}
