/**
 * What a node has, what its pods have been granted of it (KEP-1287), and what a pod that comes would
 * lack. Source: kubelet lifecycle, the predicate admission handler; Kubernetes' NodeResourcesFit.
 */
import { podRequests, type ResourceList } from '#api/kinds/pod-spec/requests.ts';
import { isExtended } from '#api/kinds/pod-spec/resources.ts';
import { millisOf, unitsOf } from '#api/quantity.ts';
import type { Pod } from '#api/types.ts';

/** A pod that was let in and has not ended. */
export interface Resident {
  readonly pod: Pod;
  /** With the resources that the node has granted. */
  readonly granted: Pod;
}

/** Not enough of something; thousandths of a CPU, bytes or counts. */
export interface Lack {
  readonly resource: string;
  readonly requested: number;
  readonly used: number;
  readonly capacity: number;
}

const named = ['cpu', 'memory', 'ephemeral-storage'];

export function lacksOf(pod: Pod, residents: readonly Resident[], has: ResourceList): Lack[] {
  const asked = requestsOf(pod);
  const others = Object.keys(asked).filter((name) => !named.includes(name));
  // Whoever counts what the node does not know of, counts it elsewhere.
  const isCounted = (name: string): boolean => has[name] !== undefined || !isExtended(name);
  const names = [...named, ...others].filter(
    (name) => amountIn(asked, name) > 0 && isCounted(name),
  );
  const taken = names.length === 0 ? [] : residents.map(({ granted }) => requestsOf(granted));
  const all = names.map((resource): Lack => {
    const used = taken.reduce((sum, amounts) => sum + amountIn(amounts, resource), 0);
    return {
      resource,
      requested: amountIn(asked, resource),
      used,
      capacity: amountIn(has, resource),
    };
  });
  const places = { requested: 1, used: residents.length, capacity: amountIn(has, 'pods') };
  return [{ resource: 'pods', ...places }, ...all].filter(
    ({ requested, used, capacity }) => requested > capacity - used,
  );
}

/** What a pod that is here leaves when it ends. */
export function leftBy({ granted }: Resident, resource: string): number {
  return resource === 'pods' ? 1 : amountIn(requestsOf(granted), resource);
}

const requestsOf = ({ spec }: Pod): ResourceList => podRequests(spec ?? { containers: [] });

function amountIn(amounts: ResourceList, resource: string): number {
  const text = amounts[resource] ?? '0';
  return resource === 'cpu' ? millisOf(text) : unitsOf(text);
}
