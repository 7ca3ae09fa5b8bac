import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptedMachine, silentTerminal } from '../testing/machine.ts';
import { installPackages } from './packages.ts';

const most = ['containerd', 'runc', 'crun', 'ip', 'nft', 'iptables', 'conntrack', 'kubectl'];
const terminal = silentTerminal();

async function machineWithCni(script: Parameters<typeof scriptedMachine>[0]) {
  const scripted = scriptedMachine(script);
  await scripted.files.makeDirectory('/usr/lib/cni');
  await scripted.files.write('/usr/lib/cni/bridge', '');
  return scripted;
}

test('nothing is installed where nothing is missing', async () => {
  const { machine, ran } = await machineWithCni({ programs: [...most, 'haproxy'] });
  assert.deepEqual(await installPackages(machine, terminal, true), []);
  assert.deepEqual(ran, []);
});

test('without leave to install, it is said what is missing and why', async () => {
  const { machine, ran } = await machineWithCni({ programs: [...most, 'apt-get'] });
  await assert.rejects(installPackages(machine, terminal, false), {
    exit: 'machine',
    message: 'These packages are missing: haproxy (the gateway).',
    cure: 'Install them with "apt-get install --no-install-recommends haproxy", or leave out --no-install.',
  });
  assert.deepEqual(ran, []);
});

test('what is missing is installed, and looked for again', async () => {
  const scripted = await machineWithCni({
    programs: [...most, 'apt-get'],
    run: (_program, args) => {
      if (args.includes('haproxy')) scripted.programs.add('haproxy');
      return {};
    },
  });
  assert.deepEqual(await installPackages(scripted.machine, terminal, true), ['haproxy']);
});

test('without a network the cure is another than with a broken mirror', async () => {
  const cureOf = async (stderr: string): Promise<string> => {
    const run = () => ({ code: 100, stderr });
    const { machine } = await machineWithCni({ programs: [...most, 'apt-get'], run });
    const failed = await installPackages(machine, terminal, true).catch((error: unknown) => error);
    return (failed as { cure: string }).cure;
  };
  assert.match(
    await cureOf("E: Could not resolve 'deb.debian.org'"),
    /does not reach its package mirror/,
  );
  assert.match(await cureOf('E: dpkg was interrupted'), /to see the whole reason/);
});

test('where there is no apt-get, it is said so', async () => {
  const { machine } = await machineWithCni({ programs: most });
  await assert.rejects(installPackages(machine, terminal, true), { message: /no apt-get/ });
});
