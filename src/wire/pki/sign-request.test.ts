import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { kubeletServingRequest } from '#api/certificates/testing/requests.ts';
import { createAuthority } from './authority.ts';
import { signRequest } from './sign-request.ts';

const clock = { now: () => Date.parse('2026-11-01T00:00:00Z'), monotonic: () => 0 };
const dayMs = 24 * 60 * 60_000;
const request = Buffer.from(kubeletServingRequest, 'base64').toString();

test('subject, names and key are the request’s; usages, life and issuer the authority’s', async () => {
  const authority = await createAuthority(clock);
  const usages = ['digital signature', 'server auth'];
  const order = { request, usages, notBeforeMs: clock.now(), notAfterMs: clock.now() + dayMs };
  const certificate = new X509Certificate(await signRequest(authority, order));
  assert.ok(certificate.verify(new X509Certificate(authority.certificate).publicKey));
  assert.equal(certificate.subject, 'O=system:nodes\nCN=system:node:n1');
  assert.equal(certificate.subjectAltName, 'DNS:n1, IP Address:192.0.2.1');
  assert.deepEqual([certificate.ca, certificate.keyUsage], [false, ['1.3.6.1.5.5.7.3.1']]);
  assert.equal(Date.parse(certificate.validTo), clock.now() + dayMs);
});

test('nothing outlives the authority, and a forged request is refused', async () => {
  const authority = await createAuthority(clock);
  const order = { usages: [], notBeforeMs: clock.now(), notAfterMs: clock.now() + 9000 * dayMs };
  const { validTo } = new X509Certificate(await signRequest(authority, { ...order, request }));
  assert.equal(validTo, new X509Certificate(authority.certificate).validTo);
  const forged = request.replace(/[A-Za-z0-9](?=[A-Za-z0-9+/=]{8}\n-----END)/, (last) =>
    last === 'A' ? 'B' : 'A',
  );
  assert.notEqual(forged, request);
  await assert.rejects(signRequest(authority, { ...order, request: forged }));
});
