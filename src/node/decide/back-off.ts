/**
 * Restart back-off as the kubelet has it (pod lifecycle, "Container restarts"): the first restart
 * is at once, then 10 s doubling to 300 s; ten minutes of running forget the past. The only memory
 * is the annotation that carries the delay before the attempt that ended. A container whose sandbox
 * has gone did not crash: it is made again at once, as the kubelet does after a reboot.
 */
import { annotations } from './labels.ts';
import type { ObservedContainer } from './observed.ts';

const firstSeconds = 10;
const mostSeconds = 300;
const forgetAfterMs = 2 * mostSeconds * 1000;

export interface BackOff {
  readonly seconds: number;
  /** Clock milliseconds from when a restart is due. */
  readonly dueMs: number;
}

/**
 * Whether there is something to wait for. No back-off is longer than five minutes: what seems to be due
 * later was noted before somebody set the clock back, and is due now.
 */
export function isAhead(dueMs: number, now: number): boolean {
  return dueMs > now && dueMs - now <= mostSeconds * 1000;
}

/** Undefined when there is nothing to wait for: a first start, or the first in this sandbox. */
export function restartBackOff(
  ended: ObservedContainer | undefined,
  hash: string,
  sandboxId: string | undefined,
): BackOff | undefined {
  if (!ended || ended.sandboxId !== sandboxId) return undefined;
  const finished = ended.finishedAtMs || ended.createdAtMs;
  const seconds = ended.annotations[annotations.hash] === hash ? nextSeconds(ended, finished) : 0;
  return { seconds, dueMs: finished + seconds * 1000 };
}

function nextSeconds(ended: ObservedContainer, finishedMs: number): number {
  const text = ended.annotations[annotations.backOff];
  if (text === undefined) return 0;
  if (ended.startedAtMs > 0 && finishedMs - ended.startedAtMs >= forgetAfterMs) return 0;
  const before = Number(text);
  return before > 0 ? Math.min(before * 2, mostSeconds) : firstSeconds;
}
