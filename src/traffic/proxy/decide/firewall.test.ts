import assert from 'node:assert/strict';
import { test } from 'node:test';
import { droppingChains, firewallCommands, tablesOf } from './firewall.ts';

const facts = { podRange: '10.244.0.0/16', comment: 'gantry-dev' };
const words = (listing: string): string[] =>
  firewallCommands(listing, facts).map((command) => command.join(' '));

const open = '-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n';
const docker = `-P INPUT ACCEPT
-P FORWARD DROP
-P OUTPUT ACCEPT
-N DOCKER-USER
-A FORWARD -j DOCKER-USER
`;
const ours = `-A FORWARD -s 10.244.0.0/16 -m comment --comment gantry-dev -j ACCEPT
-A FORWARD -d 10.244.0.0/16 -m comment --comment gantry-dev -j ACCEPT
`;

test('nothing is added where nothing drops', () => assert.deepEqual(words(open), []));

test('under a policy of DROP pods are let through, behind the rules of others', () => {
  assert.deepEqual(words(docker), ours.trim().split('\n'));
});

test('rules that are there are not added again', () => {
  assert.deepEqual(words(docker + ours), []);
  assert.equal(words(docker + ours.split('\n')[0]).length, 1);
});

test('when the other firewall goes our rules go, and nobody else’s', () => {
  const others = ours.replaceAll('gantry-dev', 'gantry-test');
  assert.deepEqual(
    words(open + ours + others),
    ours.trim().replaceAll('-A FORWARD', '-D FORWARD').split('\n'),
  );
});

test('a node that drops what comes in still answers its pods', () => {
  assert.deepEqual(words('-P INPUT DROP\n-P FORWARD ACCEPT\n'), [
    '-A INPUT -s 10.244.0.0/16 -m comment --comment gantry-dev -j ACCEPT',
  ]);
});

test('nftables chains of others that drop are named, iptables’ own are not', () => {
  const chain = (family: string, table: string, hook: string, policy: string) => ({
    chain: { family, table, name: 'c', hook, policy },
  });
  const nftables = [
    { metainfo: { version: '1.0.6' } },
    chain('ip', 'filter', 'forward', 'drop'),
    chain('inet', 'mine', 'forward', 'drop'),
    chain('inet', 'mine', 'output', 'drop'),
    chain('ip6', 'mine', 'forward', 'drop'),
    chain('ip', 'gantry-dev', 'forward', 'accept'),
    { chain: { family: 'ip', table: 'x', name: 'no-hook' } },
  ];
  assert.deepEqual(droppingChains(JSON.stringify({ nftables })), ['inet mine c']);
  assert.deepEqual([...tablesOf(JSON.stringify({ nftables }))], ['filter', 'gantry-dev', 'x']);
});
