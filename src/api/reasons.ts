/**
 * Every "no" and every "not yet" has a code. Events, conditions, `gantry why` and the documentation
 * print the sentence and the cure from here; loops compare codes, never sentences.
 */

export interface Reason {
  /** As Kubernetes says it, where it says it. `{subject}` is the resource, taint, … that it is about. */
  readonly sentence: string;
  /** What a person can do about it. */
  readonly cure: string;
}

/** Why no node takes a pod. */
export const schedulingReasons = {
  'no-nodes': {
    sentence: 'no nodes available to schedule pods',
    cure: 'Join a node to the cluster.',
  },
  'node-unschedulable': {
    sentence: 'node(s) were unschedulable',
    cure: 'The node was cordoned: `kubectl uncordon NODE`.',
  },
  'node-name': {
    sentence: "node(s) didn't match the requested node name",
    cure: 'Correct spec.nodeName of the pod, or leave it to the scheduler.',
  },
  'untolerated-taint': {
    sentence: 'node(s) had untolerated taint {{subject}}',
    cure: 'Remove the taint from the node, or give the pod a toleration for it.',
  },
  'node-affinity': {
    sentence: "node(s) didn't match Pod's node affinity/selector",
    cure: 'Label a node as spec.nodeSelector and spec.affinity.nodeAffinity ask, or change them.',
  },
  'host-port-taken': {
    sentence: "node(s) didn't have free ports for the requested pod ports",
    cure: 'Another pod on the node has the host port: use a Service instead of a hostPort, or another number.',
  },
  'too-many-pods': {
    sentence: 'Too many pods',
    cure: 'The node runs as many pods as it may: add nodes, or raise its pod limit.',
  },
  'insufficient-resource': {
    sentence: 'Insufficient {subject}',
    cure: 'Lower the requests of the pod, remove other pods, or add a node with more room.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

export const reasons = { ...schedulingReasons };

export type SchedulingCode = keyof typeof schedulingReasons;
export type ReasonCode = keyof typeof reasons;

/** One application of a reason: to this resource, this taint. */
export interface Refusal<Code extends ReasonCode = ReasonCode> {
  readonly code: Code;
  readonly subject?: string | undefined;
}

export type SchedulingRefusal = Refusal<SchedulingCode>;

export function sentenceOf({ code, subject = '' }: Refusal): string {
  return reasons[code].sentence.replace('{subject}', () => subject);
}

export function cureOf({ code }: Refusal): string {
  return reasons[code].cure;
}
