import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adasRequest } from '../certificates/testing/requests.ts';
import type { CertificateSigningRequest } from '../types.ts';
import { certificateSigningRequests as kind } from './certificate-signing-requests.ts';

type Spec = Partial<CertificateSigningRequest['spec']>;
type Status = CertificateSigningRequest['status'];

function csr(spec: Spec = {}, status?: Status): CertificateSigningRequest {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'ada' },
    spec: {
      request: adasRequest,
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
      ...spec,
    },
    ...(status ? { status } : {}),
  };
}

const condition = (type: string, status = 'True') => ({ type, status, reason: 'R', message: '' });
const told = (errors: readonly { field: string; message: string }[] = []): string[] =>
  errors.map(({ field, message }) => `${field}: ${message}`);

test('each rule once broken', () => {
  assert.deepEqual(told(kind.validate?.(csr())), []);
  const rules: [Spec, RegExp][] = [
    [
      { request: btoa('x') },
      /^spec.request: Invalid value: .*: PEM block type must be CERTIFICATE/,
    ],
    [{ usages: [] }, /^spec.usages: Required value$/],
    [
      { usages: ['client auth', 'client auth'] },
      /^spec.usages\[1\]: Duplicate value: "client auth"$/,
    ],
    [{ usages: ['shouting'] }, /^spec.usages\[0\]: Unsupported value: "shouting"/],
    [{ signerName: 'mine' }, /must be a fully qualified domain and path/],
    [{ signerName: 'kubernetes.io/legacy-unknown' }, /legacy signerName is not allowed/],
    [{ expirationSeconds: 599 }, /may not specify a duration less than 600 seconds/],
  ];
  for (const [spec, expected] of rules) {
    const errors = told(kind.validate?.(csr(spec)));
    assert.equal(errors.length, 1, errors.join());
    assert.match(errors[0]!, expected);
  }
});

test('approval leaves the certificate alone, status the decisions, and both keep what was decided', () => {
  const previous = csr({}, { certificate: 'QQ==', conditions: [condition('Approved')] });
  const approval = csr({}, { conditions: [condition('Approved'), condition('Denied')] });
  kind.prepareSubresource?.['approval']?.(approval, previous);
  assert.equal(approval.status?.certificate, 'QQ==');
  assert.match(
    told(kind.validateSubresource?.['approval']?.(approval, previous)).join(),
    /Approved and Denied conditions are mutually exclusive/,
  );
  const removed = csr({}, {});
  assert.match(
    told(kind.validateSubresource?.['approval']?.(removed, previous)).join(),
    /updates may not remove a condition of type "Approved"/,
  );
  const status = csr({}, { certificate: 'Qg==', conditions: [condition('Failed', 'False')] });
  kind.prepareSubresource?.['status']?.(status, previous);
  assert.deepEqual(
    status.status?.conditions?.map(({ type }) => type),
    ['Approved', 'Failed'],
  );
  assert.deepEqual(told(kind.validateSubresource?.['status']?.(status, previous)), [
    'status.conditions[1].status: Unsupported value: "False": supported values: "True"',
    'status.certificate: Forbidden: updates may not modify existing certificate content',
  ]);
});

test('what is asked for is asked for once; columns', () => {
  const next = csr({ username: 'eve', expirationSeconds: 3600 });
  kind.prepareForUpdate?.(next, csr({ username: 'ada' }));
  assert.deepEqual([next.spec.username, next.spec.expirationSeconds], ['ada', undefined]);
  const words = (object: CertificateSigningRequest) =>
    kind.columns.slice(2).map((column) => column.cell(object, 0));
  assert.deepEqual(words(csr({ username: 'ada', expirationSeconds: 86_400 })), [
    'kubernetes.io/kube-apiserver-client',
    'ada',
    '24h',
    'Pending',
  ]);
  const last = (status: Status) => words(csr({}, status)).at(-1);
  const issued = { certificate: 'QQ==', conditions: [condition('Approved')] };
  assert.equal(last(issued), 'Approved,Issued');
  assert.equal(
    last({ conditions: [condition('Approved'), condition('Failed')] }),
    'Approved,Failed',
  );
  assert.equal(last({ conditions: [condition('Denied')] }), 'Denied');
});
