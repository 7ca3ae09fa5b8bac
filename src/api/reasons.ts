/**
 * Every "no" and every "not yet" has a code. Events, conditions, `gantry why` and the documentation
 * print the sentence and the cure from here; loops compare codes, never sentences.
 */
import { containerReasons, probeReasons } from './reasons/containers.ts';
import { imageReasons } from './reasons/images.ts';
import { machineReasons } from './reasons/machine.ts';
import { fill, type Reason, type Words } from './reasons/reason.ts';
import { referenceReasons } from './reasons/references.ts';
import { trafficReasons } from './reasons/traffic.ts';
import { nodeReasons, workloadReasons } from './reasons/workloads.ts';

/**
 * Why no node takes a pod; as Kubernetes says it. `{subject}` is the resource, taint, … that it is
 * about.
 */
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
    cure: 'The node runs as many pods as it may: add nodes, or raise its limit (maxPods in node.json).',
  },
  'pod-claim-missing': {
    sentence: 'persistentvolumeclaim "{subject}" not found',
    cure: 'Create the PersistentVolumeClaim, or correct the name in the pod.',
  },
  'pod-claim-awaited': {
    sentence:
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "{subject}"',
    cure: 'The claim of an ephemeral volume is made in a moment; events of the pod tell when it cannot be.',
  },
  'pod-claim-foreign': {
    sentence: 'PVC {subject} (pod is not owner)',
    cure: 'Somebody else has a claim of the name that the ephemeral volume needs: rename the volume, the pod or the claim.',
  },
  'pod-claim-going': {
    sentence: 'persistentvolumeclaim "{subject}" is being deleted',
    cure: 'The claim goes when the last pod that uses it has ended: wait and create it anew, or use another one.',
  },
  'pod-claim-lost': {
    sentence: 'persistentvolumeclaim {subject}',
    cure: 'The volume of the claim was deleted with its data: delete the claim and create it anew.',
  },
  'pod-claim-unbound': {
    sentence: 'pod has unbound immediate PersistentVolumeClaims',
    cure: 'No volume suits a claim of the pod: `kubectl describe pvc` says why.',
  },
  'pod-claim-taken': {
    sentence:
      'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
    cure: 'Only one pod may use the claim: end the other one, or use ReadWriteOnce.',
  },
  'volume-elsewhere': {
    sentence: "node(s) didn't match PersistentVolume's node affinity",
    cure: 'The volume can be reached from other nodes only: make room for the pod there.',
  },
  'volume-zone': {
    sentence: 'node(s) had no available volume zone',
    cure: 'The labels of the volume name a zone or region where the node is not: correct its labels topology.kubernetes.io/zone and /region, or make room for the pod there.',
  },
  'volume-missing': {
    sentence: 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
    cure: 'The volume of a claim was deleted: delete the claim and create it anew.',
  },
  'no-volume-to-bind': {
    sentence: "node(s) didn't find available persistent volumes to bind",
    cure: 'Create a PersistentVolume that the node can reach and that suits the claim, or use a class that makes volumes.',
  },
  'topology-spread': {
    sentence: "node(s) didn't match pod topology spread constraints",
    cure: 'The pod would crowd one domain of the topology: add nodes to the emptier ones, raise maxSkew, or set whenUnsatisfiable: ScheduleAnyway.',
  },
  'topology-label-missing': {
    sentence: "node(s) didn't match pod topology spread constraints (missing required label)",
    cure: 'Label the nodes with the topologyKey of spec.topologySpreadConstraints, or change it.',
  },
  'pod-affinity': {
    sentence: "node(s) didn't match pod affinity rules",
    cure: 'No pod that spec.affinity.podAffinity asks for is near: start it first, or correct its labelSelector, namespaces or topologyKey.',
  },
  'pod-anti-affinity': {
    sentence: "node(s) didn't match pod anti-affinity rules",
    cure: 'A pod that spec.affinity.podAntiAffinity keeps away from is in every domain: add nodes, or prefer the rule instead of requiring it.',
  },
  'existing-anti-affinity': {
    sentence: "node(s) didn't satisfy existing pods anti-affinity rules",
    cure: 'A pod in place keeps this one away by its own podAntiAffinity: add nodes, or change the labels of this pod or the rule of the other.',
  },
  'insufficient-resource': {
    sentence: 'Insufficient {subject}',
    cure: 'Lower the requests of the pod, remove other pods, or add a node with more room.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

/** Why no pod is made to leave a node for another one. */
export const preemptionReasons = {
  'no-victims': {
    sentence: 'No preemption victims found for incoming pod',
    cure: 'No pod on the node has a lower priority: give the pod a higher priority class, or make room by hand.',
  },
  'preemption-hopeless': {
    sentence: 'Preemption is not helpful for scheduling',
    cure: 'No pod that left the node would change its answer: look at the other reasons.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

/** By area; a code has one home. Sentences of an area but the first stand alone, in words for people. */
export const reasons = {
  ...schedulingReasons,
  ...preemptionReasons,
  ...imageReasons,
  ...containerReasons,
  ...probeReasons,
  ...referenceReasons,
  ...trafficReasons,
  ...workloadReasons,
  ...nodeReasons,
  ...machineReasons,
};

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

/** `general` is the code that events and conditions have for it, where they know less. */
export function reasonOf(code: ReasonCode): Reason & { readonly general?: ReasonCode } {
  return reasons[code];
}

export function cureOf({ code }: Refusal): string {
  return reasons[code].cure;
}

/** The sentence and the cure of a reason, with its words in them. */
export function explained(code: ReasonCode, words: Words): Reason {
  const { sentence, cure } = reasons[code];
  return { sentence: fill(sentence, words), cure: fill(cure, words) };
}
