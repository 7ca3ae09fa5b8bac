/**
 * Which pods end for one that the node cannot do without: as few as possible, those without requests
 * before those with, those with guaranteed ones last. Source: kubelet preemption.
 */
import type { Pod } from '#api/types.ts';
import { isCritical } from './pressure/choose-pod.ts';
import { type QosClass, qosOf } from './qos.ts';
import { type Lack, leftBy, type Resident } from './room.ts';

interface Need {
  readonly resource: string;
  readonly amount: number;
}

type Victims<R> =
  | { readonly victims: readonly R[]; readonly missing?: undefined }
  /** What would lack even without all of them. */
  | { readonly victims?: undefined; readonly missing: readonly Need[] };

export function victimsFor<R extends Resident>(
  pod: Pod,
  residents: readonly R[],
  lacks: readonly Lack[],
): Victims<R> {
  const needs = lacks.map(({ resource, requested, used, capacity }) => ({
    resource,
    amount: requested - (capacity - used),
  }));
  const open = residents.filter((each) => mayEnd(pod, each.pod));
  const missing = without(needs, open);
  if (missing.length > 0) return { missing };
  const of = (wanted: QosClass): R[] => open.filter((each) => qosOf(each.pod) === wanted);
  const [least, middle, most] = [of('BestEffort'), of('Burstable'), of('Guaranteed')];
  const guaranteed = closest(most, without(needs, [...least, ...middle]));
  const burstable = closest(middle, without(needs, [...least, ...guaranteed]));
  const bestEffort = closest(least, without(needs, [...burstable, ...guaranteed]));
  return { victims: [...bestEffort, ...burstable, ...guaranteed] };
}

function mayEnd(forPod: Pod, other: Pod): boolean {
  if (!isCritical(other)) return true;
  const [own, others] = [forPod.spec?.priority, other.spec?.priority];
  return own !== undefined && others !== undefined && own > others;
}

/** What is still needed when they have ended. */
function without(needs: readonly Need[], gone: readonly Resident[]): Need[] {
  return needs
    .map(({ resource, amount }) => ({
      resource,
      amount: gone.reduce((left, each) => left - leftBy(each, resource), amount),
    }))
    .filter(({ amount }) => amount > 0);
}

/** One by one whoever leaves the least to be found; among equals the one with the smaller requests. */
function closest<R extends Resident>(among: readonly R[], needs: readonly Need[]): R[] {
  const left = [...among];
  const chosen: R[] = [];
  for (let open = needs; open.length > 0; open = without(open, chosen.slice(-1))) {
    const [best] = left.sort((a, b) => distance(a, open) - distance(b, open) || smaller(a, b));
    if (!best) break;
    left.shift();
    chosen.push(best);
  }
  return chosen;
}

function distance(resident: Resident, needs: readonly Need[]): number {
  return needs.reduce((sum, { resource, amount }) => {
    const rest = Math.max(0, amount - leftBy(resident, resource));
    return sum + (rest / amount) ** 2;
  }, 0);
}

const smaller = (a: Resident, b: Resident): number =>
  leftBy(a, 'memory') - leftBy(b, 'memory') || leftBy(a, 'cpu') - leftBy(b, 'cpu');
