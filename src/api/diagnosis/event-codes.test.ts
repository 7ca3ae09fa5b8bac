import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesOfEvent } from './event-codes.ts';

test('an event has the codes that a diagnosis would give', () => {
  const cases: [string, string, string][] = [
    [
      'FailedScheduling',
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
      'insufficient-resource,node-unschedulable',
    ],
    [
      'Failed',
      'Failed to pull image "a": failed to resolve: dial tcp: connection refused',
      'registry-unreachable',
    ],
    ['Failed', 'Failed to pull image "a": r.test/a:1: not found', 'image-not-found'],
    ['Failed', 'Error: ErrImagePull', ''],
    ['Failed', 'Error: configmap "a" not found', 'config-map-missing'],
    ['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404', 'probe-status'],
    ['FailedMount', 'secret "a" not found', 'secret-missing'],
    ['FailedMount', 'hostPath is not a file', 'volume-mount-fails'],
    [
      'FailedCreate',
      'Error creating: pods "a" is forbidden: exceeded quota: q, requested: pods=1',
      'quota-exceeded',
    ],
    ['BackOff', 'Back-off restarting failed container main in pod a', 'container-fails'],
    ['ProvisioningFailed', 'storageclass.storage.k8s.io "a" not found', 'claim-class-missing'],
    ['FailedBinding', 'no persistent volumes available for this claim and …', 'claim-no-volume'],
    ['BackendNotFound', 'the Service a/web does not exist', 'ingress-backend-missing'],
    ['BackendNotFound', 'the Service a/web has no port 80', 'ingress-backend-port-unknown'],
    ['BackendNotFound', 'the Service a/web is an ExternalName, and …', 'ingress-backend-external'],
    [
      'AnnotationIgnored',
      'annotation "gantry.dev/typo" is ignored: …',
      'ingress-annotation-ignored',
    ],
    [
      'AnnotationIgnored',
      'the Secret a/users does not exist: nobody may come in',
      'ingress-users-missing',
    ],
    [
      'AnnotationIgnored',
      'the Secret a/users has a user "b" that cannot come in: …',
      'ingress-users-refused',
    ],
    [
      'CertificateNotUsable',
      'the Secret a/tls cannot be used for its hosts: it does not exist; …',
      'ingress-secret-missing',
    ],
    [
      'CertificateNotUsable',
      'the Secret a/tls cannot be used for its hosts: the key belongs to another certificate; …',
      'ingress-certificate-unusable',
    ],
    ['PathNotUsable', 'path "/(" is not served: …', 'ingress-path-unusable'],
    ['PathNotUsable', 'no other Ingress leads to a.test/: …', 'ingress-canary-alone'],
    ['OutOfcpu', "Node didn't have enough resource: cpu, requested: 3", 'node-lacks-room'],
    ['NodeAffinity', 'Predicate NodeAffinity failed: …', 'node-not-meant'],
    ['SysctlForbidden', 'forbidden sysctl: "a" not allowlisted', 'pod-refused'],
    ['Scheduled', 'Successfully assigned default/a to n', ''],
  ];
  for (const [reason, message, codes] of cases)
    assert.equal(codesOfEvent(reason, message).join(','), codes, message);
});
