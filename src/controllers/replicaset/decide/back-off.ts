/**
 * How long a set waits before it replaces pods that fail as soon as they are made: whose node turns them
 * away, most of all. Reckoned from the pods that are there, so that a restart forgets nothing. A pod that
 * ran for longer than the wait is replaced at once.
 */
import { parseTime } from '#api/time.ts';
import type { Pod } from '#api/types.ts';
import { limits } from '#base/limits.ts';

const firstMs = 1000;
const { replicaBackOffMs: longestMs } = limits;
/** Failures of pods made earlier than that are forgiven. */
const rememberedMs = 30 * longestMs;

/** When the next pod may be made (clock milliseconds), with so many missing; 0: now. */
export function nextPodAt(owned: readonly Pod[], missing: number, now: number): number {
  const made = owned
    .filter(({ status }) => status?.phase === 'Failed')
    .map(({ metadata }) => parseTime(metadata.creationTimestamp))
    // Somebody may have set the clock back.
    .filter((at) => at <= now && at > now - rememberedMs);
  const rounds = Math.floor(made.length / missing);
  if (rounds === 0) return 0;
  const newest = made.reduce((latest, at) => Math.max(latest, at));
  return newest + Math.min(longestMs, firstMs * 2 ** Math.min(rounds - 1, 20));
}
