import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newConfig } from '../cluster/cluster-config.ts';
import { scriptedMachine } from '../testing/machine.ts';
import { credentialsOf } from './credentials.ts';

const encoded = (text: string): string => Buffer.from(text).toString('base64');

const first = `apiVersion: v1
kind: Config
current-context: work
contexts:
  - {name: work, context: {cluster: work, user: me, namespace: shop}}
  - {name: other, context: {cluster: work, user: program}}
clusters:
  - {name: work, cluster: {server: 'https://work.example:6443', certificate-authority-data: ${encoded('CA')}}}
users:
  - {name: program, user: {exec: {command: aws}}}
`;
const second = `users:
  - {name: me, user: {client-certificate: me.crt, client-key: /keys/me.key}}
`;

async function machineWith(files: Readonly<Record<string, string>>, KUBECONFIG?: string) {
  const scripted = scriptedMachine();
  for (const [path, text] of Object.entries(files)) await scripted.files.write(path, text);
  const environment = { HOME: '/people/me', ...(KUBECONFIG !== undefined && { KUBECONFIG }) };
  return { ...scripted.machine, host: { ...scripted.machine.host, environment } };
}

const files = { '/a/one': first, '/b/two': second, '/a/me.crt': 'CRT', '/keys/me.key': 'KEY' };

test('contexts are read as kubectl reads them: over several files, data before files', async () => {
  const machine = await machineWith(files, '/a/one:/b/two');
  const found = await credentialsOf(machine, {});
  assert.deepEqual(
    [found.server, found.authorities, found.certificate, found.key, found.namespace],
    ['https://work.example:6443', 'CA', 'CRT', 'KEY', 'shop'],
  );
});

test('what cannot be used is said, with a cure', async () => {
  const machine = await machineWith(files, '/a/one:/b/two');
  await assert.rejects(credentialsOf(machine, { context: 'nowhere' }), {
    exit: 'usage',
    message: /has no context "nowhere"/,
  });
  await assert.rejects(credentialsOf(machine, { context: 'other' }), {
    exit: 'usage',
    message: /from another program/,
  });
  await assert.rejects(credentialsOf(await machineWith({}), {}), {
    exit: 'usage',
    message: /no kubeconfig that names a cluster/,
  });
});

test('who runs the cluster needs no kubeconfig', async () => {
  const config = newConfig({ name: 'test', apiPort: 7443 }, 'host', []);
  const pki = `${config.dataDir}/pki`;
  const machine = await machineWith({
    '/etc/gantry/test.json': JSON.stringify(config),
    [`${pki}/ca.crt`]: 'CA',
    [`${pki}/admin.crt`]: 'CRT',
    [`${pki}/admin.key`]: 'KEY',
  });
  const found = await credentialsOf(machine, { name: 'test' });
  assert.equal(found.server, 'https://127.0.0.1:7443');
  assert.equal(found.certificate, 'CRT');
});

test('a cluster of this machine is asked in the namespace that its context names', async () => {
  const config = newConfig({ name: 'test' }, 'host', []);
  const keys = Object.fromEntries(
    ['ca.crt', 'admin.crt', 'admin.key'].map((file) => [`${config.dataDir}/pki/${file}`, file]),
  );
  const own = { ...keys, '/etc/gantry/test.json': JSON.stringify(config) };
  const context = first.replaceAll('name: work, context', 'name: gantry-test, context');
  const asked = async (more: Readonly<Record<string, string>>) =>
    (await credentialsOf(await machineWith({ ...own, ...more }, '/a/one'), { name: 'test' }))
      .namespace;
  assert.equal(await asked({ '/a/one': context }), 'shop');
  assert.equal(await asked({ '/a/one': 'a: [' }), 'default');
  assert.equal(await asked({}), 'default');
});
