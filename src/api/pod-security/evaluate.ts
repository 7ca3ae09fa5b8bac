/** A pod against one level of the Pod Security Standards. */
import { type Check, checks, type PodParts, type Violation } from './checks.ts';
import type { Level } from './policy.ts';

const holdsAt: Readonly<Record<Level, readonly Check['level'][]>> = {
  privileged: [],
  baseline: ['baseline', 'baseline only'],
  restricted: ['baseline', 'restricted'],
};

export function violations(pod: PodParts, level: Level): readonly Violation[] {
  const held = holdsAt[level];
  return checks
    .filter((check) => held.includes(check.level))
    .flatMap(({ find }) => find(pod) ?? []);
}

/** `privileged (container "a" must not …), hostPort (…)`. */
export function detailsOf(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}
