/**
 * RuntimeClass: gives a pod what its runtime costs, and sends it to nodes that have the runtime
 * (KEP-585, KEP-688). A pod cannot claim an overhead of its own.
 */
import { sameValue } from '#api/kinds/common/checks.ts';
import { pods, runtimeClasses } from '#api/kinds/index.ts';
import { parseQuantity } from '#api/quantity.ts';
import type { Pod, RuntimeClass, Scheduling, Toleration } from '#api/types.ts';
import { forbidden } from '../core/errors.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';
import { nameIn } from './namespace-lifecycle.ts';

export const runtimeClass: AdmissionStep = {
  name: 'RuntimeClass',
  mutate: (request) => {
    if (!isNewPod(request)) return;
    const pod = request.object as Pod;
    const found = classOf(request, pod);
    if (found?.overhead) setOverhead(pod, found.overhead.podFixed ?? {});
    if (found?.scheduling) setScheduling(pod, found.scheduling);
  },
  validate: (request) => {
    if (!isNewPod(request)) return;
    const pod = request.object as Pod;
    if (pod.spec.overhead === undefined || classOf(request, pod)?.overhead) return;
    const why =
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
    throw forbidden(pods, nameIn(pod), why);
  },
};

function isNewPod({ kind, operation, subresource }: AdmissionRequest): boolean {
  return kind === pods && operation === 'CREATE' && subresource === undefined;
}

function classOf({ reader }: AdmissionRequest, pod: Pod): RuntimeClass | undefined {
  const name = pod.spec.runtimeClassName;
  if (!name) return undefined;
  const found = reader.get(runtimeClasses, undefined, name);
  if (found !== undefined) return found;
  throw forbidden(pods, nameIn(pod), `pod rejected: RuntimeClass "${name}" not found`);
}

function setOverhead(pod: Pod, podFixed: Readonly<Record<string, string>>): void {
  const { overhead } = pod.spec;
  if (overhead !== undefined && !sameQuantities(overhead, podFixed)) {
    const why = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
    throw forbidden(pods, nameIn(pod), why);
  }
  pod.spec.overhead = { ...podFixed };
}

function sameQuantities(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => parseQuantity(a[name] ?? '') === parseQuantity(b[name] ?? ''));
}

function setScheduling(pod: Pod, { nodeSelector = {}, tolerations = [] }: Scheduling): void {
  const { spec } = pod;
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key];
    if (own === undefined || own === value) continue;
    const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
    throw forbidden(pods, nameIn(pod), why);
  }
  if (Object.keys(nodeSelector).length > 0) {
    spec.nodeSelector = { ...spec.nodeSelector, ...nodeSelector };
  }
  const merged: Toleration[] = [...(spec.tolerations ?? [])];
  for (const each of tolerations) {
    if (!merged.some((own) => sameValue(own, each))) merged.push({ ...each });
  }
  if (merged.length > 0) spec.tolerations = merged;
}
