/** The order of admission, in one place. What changes an object comes before what counts on the change. */
import type { Kind } from '#api/kind.ts';
import { allKinds, namespaces, serviceAccounts } from '#api/kinds/index.ts';
import { assert } from '#base/assert.ts';
import type { Timers } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Backend } from '#store/backend.ts';
import { nodeRestriction } from '../authz/node-restriction.ts';
import { keyFor } from '../core/keys.ts';
import type { AdmissionStep } from './admission.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { podSecurity } from './pod-security.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccountStep } from './service-account.ts';
import { limitRanger } from './limit-ranger.ts';
import { resourceQuotaStep } from './resource-quota.ts';
import { formatAddress, parseRange } from './service-addresses/ip.ts';
import { serviceAddressStep } from './service-addresses/step.ts';
import { claimResize, defaultStorageClass } from './storage.ts';

export interface AdmissionOptions {
  readonly backend: Backend;
  readonly random: Random;
  readonly timers: Timers;
  /** CIDRs, one per family, the first choice first (`--service-cluster-ip-range`). */
  readonly serviceRanges: readonly string[];
  /** Default: 30000 to 32767. */
  readonly nodePorts?: { readonly first: number; readonly last: number } | undefined;
  /** Addresses that only the Service `namespace/name` may have, beside the first one of `default/kubernetes`. */
  readonly reservedAddresses?: Readonly<Record<string, string>> | undefined;
  /** What quotas may count; default: the built-in kinds. */
  readonly servedKinds?: (() => readonly Kind[]) | undefined;
  /** Refusals that other parts of the server know of (`escalationCheck` of `../authz`). */
  readonly checks?: readonly AdmissionStep[] | undefined;
}

export function standardAdmission(options: AdmissionOptions): readonly AdmissionStep[] {
  const { backend, random, timers } = options;
  const ranges = options.serviceRanges.map((text) => {
    const range = parseRange(text);
    assert(range !== undefined, `not a CIDR: ${text}`);
    return range;
  });
  const reserved = new Map(Object.entries(options.reservedAddresses ?? {}));
  const [first] = ranges;
  if (first) reserved.set(apiServiceAddress(first.text), 'default/kubernetes');
  const awaitsDefault = (namespace: string) => {
    const head = backend.head();
    if (!head.get(keyFor(namespaces, undefined, namespace))) return false;
    return !head.get(keyFor(serviceAccounts, namespace, 'default'));
  };
  return [
    namespaceLifecycle,
    limitRanger,
    serviceAccountStep({ random, timers, awaitsDefault }),
    defaultTolerationSeconds,
    priority,
    runtimeClass,
    podSecurity,
    defaultIngressClass,
    defaultStorageClass,
    claimResize,
    nodeRestriction,
    ...(options.checks ?? []),
    serviceAddressStep({
      ranges,
      nodePorts: options.nodePorts ?? { first: 30_000, last: 32_767 },
      reserved,
      random,
    }),
    resourceQuotaStep(options.servedKinds ?? (() => allKinds)),
  ];
}

/** The address of `default/kubernetes`: the first of the range. */
export function apiServiceAddress(cidr: string): string {
  const range = parseRange(cidr);
  assert(range !== undefined, `not a CIDR: ${cidr}`);
  return formatAddress({ family: range.family, value: range.first + 1n });
}
