import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptedMachine } from '../testing/machine.ts';
import { newConfig } from './cluster-config.ts';
import { clientCertificateOf } from './kubeconfig.ts';
import { mergeKubeconfig, refreshKubeconfig } from './kubeconfig-file.ts';

const config = newConfig({ name: 'gantry' }, 'host', []);
const path = '/people/me/.kube/config';

async function machineOf() {
  const { machine, files } = scriptedMachine();
  const put = (name: string, text: string) => files.write(`${config.dataDir}/pki/${name}`, text);
  for (const name of ['ca.crt', 'admin.crt', 'admin.key']) await put(name, `first ${name}`);
  const host = { ...machine.host, environment: { HOME: '/people/me' } };
  return { machine: { ...machine, host }, files, put };
}

test('a renewed certificate comes into the kubeconfig, and the chosen context stays', async () => {
  const { machine, files, put } = await machineOf();
  await mergeKubeconfig(machine, config);
  const chosen = (await files.readText(path))?.replace(
    'current-context: gantry',
    'current-context: work',
  );
  await files.write(path, chosen ?? '');
  assert.equal(await refreshKubeconfig(machine, config), undefined);
  await put('admin.crt', 'second');
  assert.equal(await refreshKubeconfig(machine, config), path);
  const text = (await files.readText(path)) ?? '';
  assert.equal(clientCertificateOf(text, 'gantry'), 'second');
  assert.match(text, /current-context: work/);
});

test('a kubeconfig that does not know the cluster stays as it is', async () => {
  const { machine, files } = await machineOf();
  assert.equal(await refreshKubeconfig(machine, config), undefined);
  await files.write(path, 'users: []\n');
  assert.equal(await refreshKubeconfig(machine, config), undefined);
  assert.equal(await files.readText(path), 'users: []\n');
});
