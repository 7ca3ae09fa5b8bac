import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRequest } from './pkcs10.ts';
import { isOurs, signerProblem } from './signers.ts';
import { adasRequest, kubeletClientRequest, kubeletServingRequest } from './testing/requests.ts';

test('a request tells its subject and its names', () => {
  const nothing = { dnsNames: [], emailAddresses: [], uris: [], ipAddresses: 0 };
  const ada = { commonName: 'ada', organizations: ['builders'], ...nothing };
  assert.deepEqual(readRequest(adasRequest), ada);
  const { commonName, dnsNames, ipAddresses } = readRequest(kubeletServingRequest);
  assert.deepEqual([commonName, dnsNames, ipAddresses], ['system:node:n1', ['n1'], 1]);
});

test('what is no request is refused with an error, whatever it is', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const words = /PEM block type must be CERTIFICATE REQUEST/;
  assert.throws(() => readRequest(encode('nothing')), words);
  const pem = (type: string, body: string) =>
    encode(`-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`);
  assert.throws(() => readRequest(pem('CERTIFICATE', 'MAA=')), words);
  assert.throws(() => readRequest(pem('CERTIFICATE REQUEST', 'MAA=')), /not a certificate request/);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const body = Buffer.from(bytes).toString('base64') || 'AA==';
      try {
        readRequest(pem('CERTIFICATE REQUEST', body));
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof RangeError));
      }
    }),
  );
});

test('each signer signs what it is for', () => {
  const problem = (name: string, request: string, usages: string[]) =>
    signerProblem(`kubernetes.io/${name}`, readRequest(request), usages)?.replace(
      /.*request: /,
      '',
    );
  const client = ['digital signature', 'client auth'];
  const server = ['digital signature', 'server auth'];
  assert.equal(problem('kube-apiserver-client', adasRequest, ['client auth']), undefined);
  assert.equal(
    problem('kube-apiserver-client', adasRequest, ['digital signature']),
    'usage "client auth" is required',
  );
  assert.equal(
    problem('kube-apiserver-client', adasRequest, [...client, 'server auth']),
    'usage "server auth" is not allowed',
  );
  const kubelet = 'kube-apiserver-client-kubelet';
  assert.equal(problem(kubelet, kubeletClientRequest, client), undefined);
  assert.equal(problem(kubelet, adasRequest, client), 'subject organization is not system:nodes');
  assert.equal(
    problem(kubelet, kubeletServingRequest, client),
    'DNS subjectAltNames are not allowed',
  );
  assert.equal(problem('kubelet-serving', kubeletServingRequest, server), undefined);
  assert.equal(
    problem('kubelet-serving', kubeletClientRequest, server),
    'DNS or IP subjectAltName is required',
  );
  assert.ok(!isOurs('kubernetes.io/legacy-unknown'));
  assert.ok(!isOurs('example.com/other'));
});
