import type { Reason } from './reason.ts';

/** Why a workload has not the pods that it should have, and why an object does not go away. */
export const workloadReasons = {
  'rollout-stalled': {
    sentence:
      'The rollout has made no progress within {deadline} s: {updated} of {wanted} new pods are ready.',
    cure: 'Cure the new pods, or go back: "kubectl rollout undo {what}".',
  },
  'rollout-paused': {
    sentence: 'The rollout is paused: {updated} of {wanted} pods are of the new template.',
    cure: 'Go on with "kubectl rollout resume {what}".',
  },
  'scaled-to-zero': {
    sentence: '{what} runs no pods, since its spec asks for none (replicas: 0).',
    cure: 'Scale it: "kubectl scale {what} --replicas=1".',
  },
  'no-node-matches': {
    sentence: 'The DaemonSet fits no node: {message}.',
    cure: 'Label a node as its nodeSelector and affinity ask, tolerate its taints, or change them.',
  },
  'quota-exceeded': {
    sentence: 'The quota "{quota}" of the namespace is used up: {message}.',
    cure: 'Raise the quota ("kubectl edit resourcequota {quota}"), remove other objects, or ask for less.',
  },
  'quota-needs-requests': {
    sentence: 'The quota "{quota}" refuses pods that do not say {missing}.',
    cure: 'Set resources.requests and limits for {missing} in each container, or make a LimitRange with defaults.',
  },
  'admission-refused': {
    sentence: '{what} may not be created: {message}.',
    cure: 'Change what the message names; creation is tried again by itself.',
  },
  'job-failed': {
    sentence: 'The Job has failed and is not tried again: {message}.',
    cure: 'Cure what made its pods fail (their logs say it), delete the Job, and make it anew.',
  },
  suspended: {
    sentence: '{what} is suspended (spec.suspend: true).',
    cure: 'Go on with "kubectl patch {what} -p \'{"spec":{"suspend":false}}\'".',
  },
  'governing-service-missing': {
    sentence:
      'Pods of the StatefulSet have no names in DNS: the Service "{name}" of its spec.serviceName {problem}{closest}.',
    cure: 'Make a headless Service "{name}" (clusterIP: None) with the selector {labels}; spec.serviceName itself stays as it is until the StatefulSet is made anew.',
  },
  'autoscaler-blind': {
    sentence: 'The autoscaler cannot work: {message}.',
    cure: 'Give the containers of its target resources.requests, and see that metrics are there ("kubectl top pods").',
  },
  'autoscaler-target-unknown': {
    sentence: 'The autoscaler finds nothing to scale: {message}.',
    cure: 'Correct apiVersion, kind and name in spec.scaleTargetRef, or make what they name in the same namespace.',
  },
  'schedule-never-fires': {
    sentence: '{what} never runs: no date fits its schedule "{schedule}".',
    cure: 'Correct spec.schedule: minute, hour, day of the month, month, day of the week.',
  },
  'budget-allows-none': {
    sentence:
      'The budget allows no eviction now, and "kubectl drain" waits for it: {healthy} pods are healthy, and {desired} must be.',
    cure: 'Cure pods that are not healthy, add replicas, or lower the budget.',
  },
  'budget-guards-nothing': {
    sentence:
      'The budget guards nothing: no pod has the labels that it selects ({selector}){closest}.',
    cure: 'Make spec.selector the same as the labels of the pods that it is meant for.',
  },
  'budget-blind': {
    sentence:
      'The budget cannot tell how many pods there should be, and so allows no eviction: {message}.',
    cure: 'Set spec.minAvailable to a number, or guard only pods of Deployments, StatefulSets and others that have a scale.',
  },
  'deletion-waits': {
    sentence: '{what} is being deleted, and waits for the finalizer {finalizer}.',
    cure: 'The program that set it must do its work and take it away. If it is gone for good: "kubectl patch {what} --type=merge -p \'{"metadata":{"finalizers":null}}\'".',
  },
  'termination-slow': {
    sentence: 'The pod is being deleted and has not ended; its grace period was over {late} s ago.',
    cure: 'See whether its node is ready. A node that is gone for good: "kubectl delete pod {name} --force".',
  },
  'namespace-holds': {
    sentence: 'The namespace is being deleted, and still holds {objects}.',
    cure: 'They go first. Those with a finalizer wait for the program that set it.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

/** Why a node takes no pods, or loses them. */
export const nodeReasons = {
  'node-not-ready': {
    sentence: 'The node is not ready: {message}.',
    cure: 'On that machine: "gantry status" and "gantry doctor".',
  },
  'node-silent': {
    sentence: 'The node has said nothing since {since}.',
    cure: 'See that the machine runs and reaches the API server; on it "gantry status" and "gantry logs".',
  },
  'node-memory-pressure': {
    sentence: 'The node has too little free memory.',
    cure: 'Give pods memory limits, move some away, or add memory. New pods come when the pressure is over.',
  },
  'node-disk-pressure': {
    sentence: 'The disk of the node is almost full.',
    cure: 'Make space: "gantry image rm IMAGE" for images that nobody uses, logs, other files.',
  },
  'node-pid-pressure': {
    sentence: 'The node has almost no process numbers left.',
    cure: 'Find the pod that starts so many processes ("ps -e | wc -l"), and end it.',
  },
  'node-cordoned': {
    sentence: 'The node takes no new pods: it is cordoned.',
    cure: 'When its work is done: "kubectl uncordon {name}".',
  },
} as const satisfies Readonly<Record<string, Reason>>;
