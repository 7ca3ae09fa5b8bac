import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adasRequest,
  kubeletClientRequest,
  kubeletServingRequest,
} from '#api/certificates/testing/requests.ts';
import type { View } from '#api/decision.ts';
import { certificateSigningRequests as kind } from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { CertificateSigningRequest } from '#api/types.ts';
import { startControlPlane } from '../testing/control-plane.ts';
import { decideCertificate } from './decide/certificate.ts';

type Plane = Awaited<ReturnType<typeof startControlPlane>>;

const hourMs = 60 * 60_000;

function csr(name: string, request: string, signer: string, usages: readonly string[]) {
  return {
    metadata: { name },
    spec: { request, signerName: `kubernetes.io/${signer}`, usages },
  };
}

const ada = (name: string) => csr(name, adasRequest, 'kube-apiserver-client', ['client auth']);

async function decide(plane: Plane, name: string, type: 'Approved' | 'Denied') {
  const conditions = [{ type, status: 'True', reason: 'Test', message: '' }];
  await plane.patch(kind, name, { status: { conditions } }, 'approval');
}

async function typesOf(plane: Plane, name: string) {
  const { status } = await plane.get(kind, name);
  return [...(status?.conditions ?? []).map(({ type }) => type), status?.certificate ?? '-'];
}

test('an approved request is signed, a denied one never', async () => {
  const signed: string[] = [];
  const certify = async ({ metadata }: { metadata: { name: string } }) => {
    signed.push(metadata.name);
    return 'PEM of a certificate';
  };
  const plane = await startControlPlane({ certify });
  for (const name of ['good', 'bad', 'waiting']) await plane.create(kind, ada(name));
  await plane.run();
  assert.deepEqual(signed, []);
  await decide(plane, 'good', 'Approved');
  await decide(plane, 'bad', 'Denied');
  await plane.run();
  assert.deepEqual(signed, ['good']);
  assert.deepEqual(await typesOf(plane, 'good'), ['Approved', btoa('PEM of a certificate')]);
  assert.deepEqual(await typesOf(plane, 'bad'), ['Denied', '-']);
  await plane.stop();
});

test('decided requests are kept for an hour, undecided ones for a day', () => {
  const born = Date.parse('2026-11-01T00:00:00Z');
  const end = (status: CertificateSigningRequest['status'], now: number) => {
    const creationTimestamp = formatTime(born);
    const request = { ...ada('a'), metadata: { name: 'a', creationTimestamp }, status };
    const view = { get: () => request } as unknown as View;
    const { actions, again } = decideCertificate(view, 'a', now);
    const hours = again === undefined ? undefined : (again - born) / hourMs;
    return [actions.map(({ type }) => type).join(), hours];
  };
  const decided = (type: string) => {
    const lastUpdateTime = formatTime(born + 2 * hourMs);
    return [{ type, status: 'True', lastUpdateTime }];
  };
  assert.deepEqual(end(undefined, born), ['', 24]);
  assert.deepEqual(end(undefined, born + 24 * hourMs), ['delete', undefined]);
  assert.deepEqual(end({ conditions: decided('Denied') }, born), ['', 3]);
  assert.deepEqual(end({ conditions: decided('Denied') }, born + 3 * hourMs), [
    'delete',
    undefined,
  ]);
  assert.deepEqual(end({ conditions: decided('Approved') }, born), ['certify', 24]);
  const issued = { conditions: decided('Approved'), certificate: 'QQ==' };
  assert.deepEqual(end(issued, born), ['', 3]);
});

test('what the signer may not sign fails with the reason, and so does what the authority refuses', async () => {
  const plane = await startControlPlane({
    certify: () => Promise.reject(new Error('the request is not signed with its own key')),
  });
  const usages = ['digital signature', 'client auth'];
  await plane.create(
    kind,
    csr('named', kubeletServingRequest, 'kube-apiserver-client-kubelet', usages),
  );
  await plane.create(
    kind,
    csr('forged', kubeletClientRequest, 'kube-apiserver-client-kubelet', usages),
  );
  for (const name of ['named', 'forged']) await decide(plane, name, 'Approved');
  await plane.run();
  const why = async (name: string) =>
    (await plane.get(kind, name)).status?.conditions?.find(({ type }) => type === 'Failed')
      ?.message;
  assert.match((await why('named')) ?? '', /DNS subjectAltNames are not allowed/);
  assert.match((await why('forged')) ?? '', /not signed with its own key/);
  await plane.stop();
});
