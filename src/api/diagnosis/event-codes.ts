/**
 * The codes of an event, for its annotation: programs that read events get the same words as people
 * who ask `gantry why`. An event knows less than a diagnosis, so its code may be the more general one.
 */
import type { ReasonCode } from '../reasons.ts';
import { imageCodeOf } from './images.ts';
import { refusalsIn } from './scheduling.ts';

/** On events; several are parted by commas. */
export const codeAnnotation = 'gantry.dev/code';

type Rule = readonly [reason: RegExp, message: RegExp, code: ReasonCode];

/** Gantry writes these itself, in the words of Kubernetes' parts; the first that fits holds. */
const rules: readonly Rule[] = [
  [/^InvalidImageName$/, /./, 'image-name-invalid'],
  [/^ErrImageNeverPull$/, /./, 'image-not-loaded'],
  [/^FailedToRetrieveImagePullSecret$/, /./, 'image-pull-secret-missing'],
  [/^Unhealthy$/, /statuscode: \d/, 'probe-status'],
  [/^Unhealthy$/, /deadline exceeded|timed out|i\/o timeout/, 'probe-timeout'],
  [/^Unhealthy$/, /connection refused/, 'probe-refused'],
  [/^Unhealthy$/, /couldn't find port/, 'probe-port-unknown'],
  [/^Unhealthy$/, /./, 'probe-fails'],
  [/^BackOff$/, /restarting failed container/, 'container-fails'],
  [/^FailedPostStartHook$/, /./, 'hook-fails'],
  [/^FailedMount$/, /configmap ".*" not found/, 'config-map-missing'],
  [/^FailedMount$/, /secret ".*" not found/, 'secret-missing'],
  [/^FailedMount$/, /non-existent config key/, 'config-map-key-missing'],
  [/^FailedMount$/, /non-existent secret key/, 'secret-key-missing'],
  [/^FailedMount$/, /./, 'volume-mount-fails'],
  [/^ProvisioningFailed$/, /^storageclass\.storage\.k8s\.io ".*" not found/, 'claim-class-missing'],
  [/^ProvisioningFailed$/, /./, 'claim-unbound'],
  [/^FailedBinding$/, /^no persistent volumes available/, 'claim-no-volume'],
  [/^ClaimLost$/, /./, 'claim-lost'],
  [/^VolumeFailed(Recycle|Delete)$/, /./, 'volume-failed'],
  [/^FileSystemResizeRequired$/, /./, 'claim-resize-pending'],
  [/^FailedCreatePodSandBox$/, /./, 'sandbox-fails'],
  [/^Failed$/, /configmap ".*" not found/, 'config-map-missing'],
  [/^Failed$/, /secret ".*" not found/, 'secret-missing'],
  [/^Failed$/, /couldn't find key .* in ConfigMap/, 'config-map-key-missing'],
  [/^Failed$/, /couldn't find key .* in Secret/, 'secret-key-missing'],
  [/^Failed$/, /runAsNonRoot/, 'runs-as-root'],
  [/^Evicted$/, /./, 'pod-evicted'],
  [/^OutOf/, /./, 'node-lacks-room'],
  [/^NodeAffinity$/, /./, 'node-not-meant'],
  [/^NodePorts$/, /./, 'node-port-taken'],
  [/^TaintToleration$/, /./, 'node-taint-evicts'],
  [/^Preempting$/, /./, 'pod-preempted'],
  [/^(UnexpectedAdmissionError|SysctlForbidden|AppArmor)$/, /./, 'pod-refused'],
  [/^(PodOSNotSupported|SupplementalGroupsPolicyNotSupported)$/, /./, 'pod-refused'],
  [/^PortTaken$/, /./, 'load-balancer-port-taken'],
  [/^AnnotationIgnored$/, /^the Secret .*: nobody may come in$/, 'ingress-users-missing'],
  [/^AnnotationIgnored$/, /^annotation /, 'ingress-annotation-ignored'],
  [/^BackendNotFound$/, /is an ExternalName/, 'ingress-backend-external'],
  [/^BackendNotFound$/, /does not exist$/, 'ingress-backend-missing'],
  [/^BackendNotFound$/, /has no port/, 'ingress-backend-port-unknown'],
  [/^CertificateNotUsable$/, /: it does not exist;/, 'ingress-secret-missing'],
  [/^FailedCreate$/, /service ?account ".*" not found/, 'service-account-missing'],
  [/^FailedCreate$/, /exceeded quota: /, 'quota-exceeded'],
  [/^FailedCreate$/, /failed quota: /, 'quota-needs-requests'],
  [/^FailedCreate$/, /./, 'admission-refused'],
  [/^FailedGetScale$/, /./, 'autoscaler-target-unknown'],
  [/^(CalculateExpectedPodCountFailed|UnmanagedPods)$/, /./, 'budget-blind'],
  [/^NodeNotReady$/, /./, 'node-not-ready'],
  [
    /^EvictionThresholdMet$|^NodeHasDiskPressure$|^FreeDiskSpaceFailed$/,
    /disk|storage|imagefs|nodefs/i,
    'node-disk-pressure',
  ],
  [/^EvictionThresholdMet$|^NodeHasInsufficientMemory$/, /memory/i, 'node-memory-pressure'],
];

export function codesOfEvent(reason: string, message: string): readonly ReasonCode[] {
  if (reason === 'FailedScheduling') {
    return [...new Set(refusalsIn(message).map(({ code }) => code))];
  }
  if (reason === 'Failed' && message.startsWith('Failed to pull image')) {
    return [imageCodeOf(message)];
  }
  const rule = rules.find(([form, words]) => form.test(reason) && words.test(message));
  return rule ? [rule[2]] : [];
}
