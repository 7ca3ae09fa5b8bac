/** Whether quotas hold, and tell exactly what is used, in every moment. */
import { jobs, pods, resourceQuotas } from '#api/kinds/index.ts';
import { unitsOf } from '#api/quantity.ts';
import type { Job, Pod, ResourceQuota } from '#api/types.ts';
import type { Words, Written } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import type { Observations } from './observations.ts';
import { isDone } from './reading.ts';

/** What people bound by quotas here: how much of it there is. */
const used = {
  pods: (namespace: string | undefined, ledger: Ledger): number =>
    ledger.list(pods).filter((pod) => pod.metadata.namespace === namespace && !isDone(pod)).length,
  'count/jobs.batch': (namespace: string | undefined, ledger: Ledger): number =>
    ledger.list(jobs).filter((job) => job.metadata.namespace === namespace).length,
};

export type Bounded = keyof typeof used;

/** The server counts in the very commit that makes it: nothing is late. */
export const beyondQuota =
  (name: Bounded) =>
  ({ cluster: { ledger } }: Observations, { previous, current }: Written<Pod | Job>): Words => {
    if (previous || !current) return undefined;
    const { namespace } = current.metadata;
    for (const { metadata, spec } of ledger.list(resourceQuotas)) {
      const hard = spec?.hard?.[name];
      if (metadata.namespace !== namespace || hard === undefined) continue;
      const count = used[name](namespace, ledger);
      if (count <= unitsOf(hard)) continue;
      return `${current.metadata.name} was let in: ${name} is ${count}, quota ${metadata.name} says ${hard}`;
    }
    return undefined;
  };

export function miscounted({ cluster: { ledger } }: Observations): Words {
  return ledger
    .list(resourceQuotas)
    .map((quota) => ofQuota(quota, ledger))
    .find(Boolean);
}

function ofQuota({ metadata, spec, status }: ResourceQuota, ledger: Ledger): Words {
  for (const name of Object.keys(used) as Bounded[]) {
    const hard = spec?.hard?.[name];
    if (hard === undefined) continue;
    const said = status?.used?.[name];
    const count = used[name](metadata.namespace, ledger);
    if (said !== `${count}`) return `quota ${metadata.name}: used ${name} is ${said}, not ${count}`;
    const bound = status?.hard?.[name];
    if (bound !== hard) return `quota ${metadata.name}: hard ${name} is ${bound}, not ${hard}`;
  }
  return undefined;
}
