/**
 * The codes of an event, for its annotation: programs that read events get the same words as people
 * who ask `gantry why`. An event knows less than a diagnosis, so its code may be the more general one.
 */
import type { ReasonCode } from '../reasons.ts';
import { imageCodeOf } from './images.ts';
import { refusalsIn } from './scheduling.ts';

/** On events; several are parted by commas. */
export const codeAnnotation = 'gantry.dev/code';

type Rule = readonly [reason: string, message: RegExp, code: ReasonCode];

/** A node that lacks room says of what: `OutOfcpu`. */
const outOf = 'OutOf';
const diskWords = /disk|storage|imagefs|nodefs/i;

/** Gantry writes these itself, in the words of Kubernetes' parts; the first that fits holds. */
const rules: readonly Rule[] = [
  ['InvalidImageName', /./, 'image-name-invalid'],
  ['ErrImageNeverPull', /./, 'image-not-loaded'],
  ['FailedToRetrieveImagePullSecret', /./, 'image-pull-secret-missing'],
  ['Unhealthy', /statuscode: \d/, 'probe-status'],
  ['Unhealthy', /deadline exceeded|timed out|i\/o timeout/, 'probe-timeout'],
  ['Unhealthy', /connection refused/, 'probe-refused'],
  ['Unhealthy', /couldn't find port/, 'probe-port-unknown'],
  ['Unhealthy', /./, 'probe-fails'],
  ['BackOff', /restarting failed container/, 'container-fails'],
  ['FailedPostStartHook', /./, 'hook-fails'],
  ['FailedMount', /configmap ".*" not found/, 'config-map-missing'],
  ['FailedMount', /secret ".*" not found/, 'secret-missing'],
  ['FailedMount', /non-existent config key/, 'config-map-key-missing'],
  ['FailedMount', /non-existent secret key/, 'secret-key-missing'],
  ['FailedMount', /./, 'volume-mount-fails'],
  ['ProvisioningFailed', /^storageclass\.storage\.k8s\.io ".*" not found/, 'claim-class-missing'],
  ['ProvisioningFailed', /./, 'claim-unbound'],
  ['FailedBinding', /^no persistent volumes available/, 'claim-no-volume'],
  ['ClaimLost', /./, 'claim-lost'],
  ['VolumeFailedRecycle', /./, 'volume-failed'],
  ['VolumeFailedDelete', /./, 'volume-failed'],
  ['FileSystemResizeRequired', /./, 'claim-resize-pending'],
  ['FailedCreatePodSandBox', /./, 'sandbox-fails'],
  ['Failed', /configmap ".*" not found/, 'config-map-missing'],
  ['Failed', /secret ".*" not found/, 'secret-missing'],
  ['Failed', /couldn't find key .* in ConfigMap/, 'config-map-key-missing'],
  ['Failed', /couldn't find key .* in Secret/, 'secret-key-missing'],
  ['Failed', /runAsNonRoot/, 'runs-as-root'],
  ['Evicted', /./, 'pod-evicted'],
  [outOf, /./, 'node-lacks-room'],
  ['NodeAffinity', /./, 'node-not-meant'],
  ['NodePorts', /./, 'node-port-taken'],
  ['TaintToleration', /./, 'node-taint-evicts'],
  ['Preempting', /./, 'pod-preempted'],
  ['UnexpectedAdmissionError', /./, 'pod-refused'],
  ['SysctlForbidden', /./, 'pod-refused'],
  ['AppArmor', /./, 'pod-refused'],
  ['PodOSNotSupported', /./, 'pod-refused'],
  ['SupplementalGroupsPolicyNotSupported', /./, 'pod-refused'],
  ['PortTaken', /./, 'load-balancer-port-taken'],
  ['AnnotationIgnored', /^the Secret .*: nobody may come in$/, 'ingress-users-missing'],
  ['AnnotationIgnored', /^the Secret .* has a user /, 'ingress-users-refused'],
  ['AnnotationIgnored', /^annotation /, 'ingress-annotation-ignored'],
  ['BackendNotFound', /is an ExternalName/, 'ingress-backend-external'],
  ['BackendNotFound', /does not exist$/, 'ingress-backend-missing'],
  ['BackendNotFound', /has no port/, 'ingress-backend-port-unknown'],
  ['CertificateNotUsable', /: it does not exist;/, 'ingress-secret-missing'],
  ['CertificateNotUsable', /./, 'ingress-certificate-unusable'],
  ['PathNotUsable', /^no other Ingress leads/, 'ingress-canary-alone'],
  ['PathNotUsable', /./, 'ingress-path-unusable'],
  ['FailedCreate', /service ?account ".*" not found/, 'service-account-missing'],
  ['FailedCreate', /exceeded quota: /, 'quota-exceeded'],
  ['FailedCreate', /failed quota: /, 'quota-needs-requests'],
  ['FailedCreate', /./, 'admission-refused'],
  ['FailedGetScale', /./, 'autoscaler-target-unknown'],
  ['CalculateExpectedPodCountFailed', /./, 'budget-blind'],
  ['UnmanagedPods', /./, 'budget-blind'],
  ['NodeNotReady', /./, 'node-not-ready'],
  ['EvictionThresholdMet', diskWords, 'node-disk-pressure'],
  ['NodeHasDiskPressure', diskWords, 'node-disk-pressure'],
  ['FreeDiskSpaceFailed', diskWords, 'node-disk-pressure'],
  ['EvictionThresholdMet', /memory/i, 'node-memory-pressure'],
  ['NodeHasInsufficientMemory', /memory/i, 'node-memory-pressure'],
];

const rulesOf = Map.groupBy(rules, ([reason]) => reason);

export function codesOfEvent(reason: string, message: string): readonly ReasonCode[] {
  if (reason === 'FailedScheduling') {
    return [...new Set(refusalsIn(message).map(({ code }) => code))];
  }
  if (reason === 'Failed' && message.startsWith('Failed to pull image')) {
    return [imageCodeOf(message)];
  }
  const candidates = rulesOf.get(reason.startsWith(outOf) ? outOf : reason);
  const rule = candidates?.find(([, words]) => words.test(message));
  return rule ? [rule[2]] : [];
}
