/** A machine whose other firewall drops what it forwards: three network namespaces, real packets. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { silentLogger } from '#base/log.ts';
import { type Processes, systemProcesses } from '#sys/process.ts';
import type { Timers } from '#base/clock.ts';
import { Firewall, removeFirewallRules } from '#traffic/proxy/firewall.ts';
import { must, run } from './harness.ts';

const router = 'gantry-fw-router';
const pod = 'gantry-fw-pod';
const outside = 'gantry-fw-outside';
const podRange = '198.18.78.0/30';
const options = { table: 'gantry-fw', podRange };

/** Programs run in the namespace of the router. */
const processes: Processes = {
  ...systemProcesses,
  run: (program, args, more) =>
    systemProcesses.run('ip', ['netns', 'exec', router, program, ...args], more),
};

/** It looks again when the test says so. */
const timers: Timers = { after: () => ({ cancel: () => undefined }) };

async function connect(namespace: string, network: string): Promise<void> {
  const inRouter = ['-n', router];
  const inside = ['-n', namespace];
  const link = namespace.replace('gantry-fw-', 'to-');
  for (const step of [
    ['netns', 'add', namespace],
    [...inRouter, 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace],
    [...inRouter, 'address', 'add', `${network}.1/30`, 'dev', link],
    [...inRouter, 'link', 'set', link, 'up'],
    [...inside, 'address', 'add', `${network}.2/30`, 'dev', 'eth0'],
    [...inside, 'link', 'set', 'eth0', 'up'],
    [...inside, 'route', 'add', 'default', 'via', `${network}.1`],
  ])
    await must('ip', step);
}

const iptables = (...words: string[]): Promise<string> =>
  must('ip', ['netns', 'exec', router, 'iptables', '-w', ...words]);

async function reaches(from: string, address: string): Promise<boolean> {
  const ping = ['busybox', 'ping', '-c', '1', '-W', '1', address];
  return (await run('ip', ['netns', 'exec', from, ...ping])).code === 0;
}

suite('beside another firewall', { timeout: 60_000 }, () => {
  let putBack = 0;
  const tables = new Map([[options.table, () => void (putBack += 1)]]);
  const firewall = new Firewall({ ...options, processes, timers, logger: silentLogger, tables });
  const removeAll = async (): Promise<void> => {
    for (const each of [pod, outside, router]) await run('ip', ['netns', 'delete', each]);
  };

  before(async () => {
    await removeAll();
    await must('ip', ['netns', 'add', router]);
    await connect(pod, '198.18.78');
    await connect(outside, '198.18.79');
    const forward = ['netns', 'exec', router, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'];
    await must('ip', forward);
  });
  after(removeAll);

  test('nothing is added while nothing is dropped', async () => {
    assert.ok(await reaches(pod, '198.18.79.2'));
    const before = await iptables('-S');
    await firewall.start();
    assert.equal(await iptables('-S'), before);
  });

  test('a policy of DROP does not stop pods, and rules of others still hold', async () => {
    await iptables('-P', 'FORWARD', 'DROP');
    await iptables('-P', 'INPUT', 'DROP');
    assert.equal(await reaches(pod, '198.18.79.2'), false);
    await firewall.start();
    assert.ok(await reaches(pod, '198.18.79.2'));
    assert.ok(await reaches(outside, '198.18.78.2'));
    assert.ok(await reaches(pod, '198.18.78.1'));
    await iptables('-I', 'FORWARD', '-d', '198.18.79.0/30', '-j', 'REJECT');
    assert.equal(await reaches(pod, '198.18.79.2'), false);
    await iptables('-D', 'FORWARD', '-d', '198.18.79.0/30', '-j', 'REJECT');
  });

  test('a firewall that is loaded again does not stop pods for long', async () => {
    await iptables('-F', 'FORWARD');
    assert.equal(await reaches(pod, '198.18.79.2'), false);
    await firewall.start();
    assert.ok(await reaches(pod, '198.18.79.2'));
  });

  test('a chain that cannot be mended is named', async () => {
    const nft = (command: string): Promise<string> =>
      must('ip', ['netns', 'exec', router, 'nft', command]);
    await nft('add table inet strict');
    await nft(
      'add chain inet strict forward { type filter hook forward priority 0; policy drop; }',
    );
    await firewall.start();
    assert.equal(
      firewall.problem,
      `the nftables chain "inet strict forward" drops what it has no rule for: let ${podRange} through it`,
    );
    await nft('delete table inet strict');
    await firewall.start();
    assert.equal(firewall.problem, '');
  });

  test('a table of ours that somebody removed is put back, but not before it was there', async () => {
    const nft = (command: string): Promise<string> =>
      must('ip', ['netns', 'exec', router, 'nft', command]);
    assert.equal(putBack, 0);
    await nft(`add table ip ${options.table}`);
    await nft(`add chain ip ${options.table} ours`);
    await firewall.start();
    await nft(`delete table ip ${options.table}`);
    await firewall.start();
    assert.equal(putBack, 1);
  });

  test('they are taken back', async () => {
    assert.match(await iptables('-S'), /gantry-fw/);
    assert.equal(await removeFirewallRules(processes, options), true);
    assert.doesNotMatch(await iptables('-S'), /gantry-fw/);
    assert.equal(await removeFirewallRules(processes, options), false);
  });
});
