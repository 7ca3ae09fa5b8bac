import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newConfig } from '../cluster/cluster-config.ts';
import { type Script, scriptedMachine } from '../testing/machine.ts';
import { preflight, requireRoot } from './preflight.ts';

const config = newConfig({ name: 'a' }, 'host', []);

/** A sound machine, but for what `change` takes away. */
async function sound(script: Script = {}, without: readonly string[] = []) {
  const scripted = scriptedMachine(script);
  const texts: Readonly<Record<string, string>> = {
    '/proc/filesystems': 'nodev\toverlay\n',
    '/proc/self/ns/net': '',
    '/proc/self/ns/pid': '',
    '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids',
  };
  for (const [path, text] of Object.entries(texts))
    if (!without.includes(path)) await scripted.files.write(path, text);
  return scripted.machine;
}

test('a sound machine passes', async () => {
  await preflight(await sound(), config);
});

test('each thing that a machine lacks is named, with its cure', async () => {
  const nftFails = {
    programs: ['nft'],
    run: () => ({ code: 1, stderr: 'Operation not supported\n' }),
  };
  const cases: [Promise<Awaited<ReturnType<typeof sound>>>, RegExp, RegExp][] = [
    [sound({}, ['/proc/filesystems']), /lacks an overlay file system/, /modprobe overlay/],
    [sound({}, ['/proc/self/ns/net']), /lacks network namespaces/, /Use a kernel that has it/],
    [sound({}, ['/sys/fs/cgroup/cgroup.controllers']), /memory cgroup/, /cgroup_enable=memory/],
    [sound(nftFails), /lacks nftables.*Operation not supported/, /modprobe nf_tables/],
    [sound({ addresses: [] }), /no network address beside loopback/, /Give a link an IPv4 address/],
    [sound({ ports: { 80: 'nginx (process 12)' } }), /Port 80.*in use by nginx/, /--http-port/],
  ];
  for (const [machine, message, cure] of cases) {
    await assert.rejects(preflight(await machine, config), { exit: 'machine', message, cure });
  }
});

test('a port of another cluster is said to be one', async () => {
  const machine = await sound();
  const commandLine = () => ['/n/node', '/n/gantry.cjs', 'serve', '--name', 'other'];
  const owned = {
    ...machine,
    processes: { ...machine.processes, commandLine },
    host: { ...machine.host, portOwner: async () => ({ text: 'node (process 7)', pid: 7 }) },
  };
  await assert.rejects(preflight(owned, config), {
    exit: 'machine',
    message: 'Port 6443, which the API server needs, is in use by the cluster "other".',
    cure: /another port with --api-port, or end that cluster \("gantry down --name other"\)/,
  });
});

test('a path too long for sockets is refused before anything is made', async () => {
  const dataDir = `/${'long'.repeat(20)}`;
  const long = newConfig({ name: 'a', dataDir }, 'host', []);
  await assert.rejects(preflight(await sound(), long), { exit: 'usage', message: /too long/ });
});

test('only root may', () => {
  const { machine } = scriptedMachine({ userId: 1000 });
  assert.throws(() => requireRoot(machine, 'up'), { exit: 'machine', message: /must run as root/ });
});
