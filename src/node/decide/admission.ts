/**
 * Whether a node takes a pod that comes to it, by whatever way: the scheduler may know less than the
 * node, and who names a node directly asked no scheduler. Source: kubelet lifecycle, the predicate
 * admission handler.
 */
import { anyAddress, hostPortsOf } from '#api/kinds/pod-spec/host-ports.ts';
import { isExtended } from '#api/kinds/pod-spec/resources.ts';
import { wantsNode } from '#api/node-selector.ts';
import { untolerated } from '#api/tolerations.ts';
import type { Node, Pod, PodSpec } from '#api/types.ts';
import type { PodFacts } from './facts.ts';
import { refusalOf } from './phase.ts';
import { isCritical, refusedUnder } from './pressure/choose-pod.ts';
import type { PressureCondition } from './pressure/observe.ts';
import { type Lack, lacksOf, type Resident } from './room.ts';
import { isMirror } from './static-pods.ts';
import { victimsFor } from './victims.ts';

export interface AdmissionFacts<R extends Resident> {
  readonly pod: Pod;
  readonly residents: readonly R[];
  /** As last heard of. */
  readonly node: Node;
  /** What this node has for pods, as it found itself. */
  readonly allocatable: Readonly<Record<string, string>>;
  readonly pressure: ReadonlySet<PressureCondition>;
  readonly machine: PodFacts['machine'];
}

export type Admission<R extends Resident> =
  | { readonly type: 'admit' }
  | {
      readonly type: 'reject';
      readonly reason: string;
      readonly message: string;
      /** What the Node object says is the cause: newer news of it may say otherwise. */
      readonly byNode: boolean;
    }
  /** It is let in when these have ended. */
  | { readonly type: 'preempt'; readonly victims: readonly R[] };

/** Before the reason in a status, not in its event. */
export const rejectedWords = 'Pod was rejected: ';

export function admissionOf<R extends Resident>(facts: AdmissionFacts<R>): Admission<R> {
  const { pod, pressure, machine, residents, node, allocatable } = facts;
  const evicted = refusedUnder(pressure, pod);
  if (evicted !== undefined) return reject('Evicted', evicted);
  const refused = refusalOf(pod, machine);
  if (refused) return reject(refused.reason, refused.message);
  // Others may count devices on the node's object; the rest it knows best itself.
  const lacks = lacksOf(pod, residents, { ...node.status?.allocatable, ...allocatable });
  const mismatch = mismatchOf(facts);
  if (isCritical(pod) && mismatch === undefined && lacks.length > 0) {
    const chosen = victimsFor(pod, residents, lacks);
    return chosen.victims ? { type: 'preempt', victims: chosen.victims } : tooFew(chosen.missing);
  }
  const [lack] = isCritical(pod) ? [] : lacks;
  if (lack) return { ...reject(`OutOf${lack.resource}`, wordsOf(lack)), byNode: isOfNode(lack) };
  return mismatch ?? { type: 'admit' };
}

function reject(reason: string, message: string): Admission<never> & { type: 'reject' } {
  return { type: 'reject', reason, message, byNode: false };
}

/** Amounts that the node measures itself are never old. */
const isOfNode = ({ resource }: Lack): boolean => isExtended(resource);

const wordsOf = ({ resource, requested, used, capacity }: Lack): string =>
  `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;

function tooFew(missing: readonly { readonly resource: string; readonly amount: number }[]) {
  const list = missing.map(({ resource, amount }) => `(res: ${resource}, q: ${amount}), `).join('');
  const words = `preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: [${list}]`;
  return reject(
    'UnexpectedAdmissionError',
    `Unexpected error while attempting to recover from admission failure: ${words}`,
  );
}

/** What no room would cure. */
function mismatchOf({
  pod,
  node,
  residents,
}: AdmissionFacts<Resident>): Admission<never> | undefined {
  const spec = pod.spec ?? { containers: [] };
  const failed = (name: string, words: string, byNode: boolean): Admission<never> => ({
    ...reject(name, `Predicate ${name} failed: ${words}`),
    byNode,
  });
  if (!wantsNode(spec, node)) {
    return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector", true);
  }
  if (collides(spec, residents)) {
    const words = "node(s) didn't have free ports for the requested pod ports";
    return failed('NodePorts', words, false);
  }
  if (!isMirror(pod) && untolerated(node.spec?.taints, spec.tolerations, ['NoExecute'])) {
    return failed('TaintToleration', 'node(s) had untolerated taint(s)', true);
  }
  return undefined;
}

function collides(spec: PodSpec, residents: readonly Resident[]): boolean {
  const wanted = hostPortsOf(spec);
  if (wanted.length === 0) return false;
  const taken = residents.flatMap(({ pod }) => (pod.spec ? hostPortsOf(pod.spec) : []));
  return wanted.some(({ id, address }) =>
    taken.some(
      (other) =>
        other.id === id &&
        (other.address === address || address === anyAddress || other.address === anyAddress),
    ),
  );
}
