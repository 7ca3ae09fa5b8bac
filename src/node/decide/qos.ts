/** Quality of service of a pod. Source: Kubernetes, "Pod Quality of Service Classes". */
import { parseQuantity } from '#api/quantity.ts';
import type { Pod } from '#api/types.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const resources = ['cpu', 'memory'] as const;
type Amounts = Readonly<Record<string, string>> | undefined;

function amount(amounts: Amounts, name: string): bigint {
  const text = amounts?.[name];
  return text === undefined ? 0n : (parseQuantity(text) ?? 0n);
}

export function qosOf(pod: Pod): QosClass {
  const { containers = [], initContainers = [], resources: whole } = pod.spec ?? {};
  // Amounts of the pod as a whole, where given, decide alone (KEP-2837).
  const parts =
    whole && Object.keys({ ...whole.limits, ...whole.requests }).length > 0
      ? [whole]
      : [...containers, ...initContainers].map((one) => one.resources ?? {});
  let asked = false;
  let guaranteed = true;
  for (const { limits, requests } of parts) {
    for (const name of resources) {
      const limit = amount(limits, name);
      const request = requests?.[name] === undefined ? limit : amount(requests, name);
      if (limit > 0n || request > 0n) asked = true;
      if (limit === 0n || limit !== request) guaranteed = false;
    }
  }
  if (!asked) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
