import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import {
  apiServerNames,
  createAuthority,
  issueClient,
  issueNode,
  issueServer,
  readCertificate,
  renewalDue,
  stillServes,
} from './authority.ts';

const start = Date.UTC(2026, 0, 1);
const clock = { now: () => start, monotonic: () => 0 };
const authority = await createAuthority(clock);

test('an authority signs, and is itself no leaf', () => {
  const parsed = new X509Certificate(authority.certificate);
  assert.equal(parsed.ca, true);
  assert.equal(parsed.subject, 'CN=gantry-ca');
  assert.ok(parsed.verify(parsed.publicKey));
});

test('a serving certificate carries every name and address', async () => {
  const names = apiServerNames('cluster.local', '10.96.0.1', [
    '192.0.2.7',
    '2001:db8::7',
    '::ffff:192.0.2.9',
  ]);
  const server = await issueServer(authority, clock, { commonName: 'kube-apiserver', names });
  const parsed = new X509Certificate(server.certificate);
  assert.ok(parsed.checkIssued(new X509Certificate(authority.certificate)));
  assert.ok(parsed.verify(new X509Certificate(authority.certificate).publicKey));
  assert.equal(parsed.ca, false);
  assert.ok(parsed.checkHost('kubernetes.default.svc.cluster.local'));
  assert.ok(parsed.checkIP('2001:db8::7'));
  assert.ok(stillServes(server.certificate, authority.certificate, names));
  assert.equal(stillServes(server.certificate, authority.certificate, ['192.0.2.8']), false);
  assert.equal(readCertificate(server.certificate).notAfterMs, start + 365 * 24 * 3600_000);
});

test('a client certificate names the user and its groups', async () => {
  const client = await issueClient(authority, clock, {
    commonName: 'ada',
    organizations: ['builders', 'Gäste', '#1'],
  });
  const parsed = new X509Certificate(client.certificate);
  assert.equal(parsed.subject, 'O=builders\nO=Gäste\nO=\\#1\nCN=ada');
  assert.deepEqual(parsed.keyUsage, ['1.3.6.1.5.5.7.3.2']);
});

test('a node certificate serves and asks', async () => {
  const { certificate } = await issueNode(authority, clock, 'n1', ['10.0.0.1']);
  const node = new X509Certificate(certificate);
  assert.equal(node.subject, 'O=system:nodes\nCN=system:node:n1');
  assert.deepEqual(node.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
});

test('renewal is due in the last third of the life', async () => {
  const { certificate } = await issueClient(authority, clock, { commonName: 'ada' });
  const day = 24 * 3600_000;
  assert.equal(renewalDue(certificate, start + 200 * day), false);
  assert.equal(renewalDue(certificate, start + 300 * day), true);
});
