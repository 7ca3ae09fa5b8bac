import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostPort, hostPortRules, staleFlows } from './host-ports.ts';

const table = { name: 'x-ports', podCidr: '10.1.0.0/24', bridge: 'x', reserved: ['10.96.0.10'] };
const port: HostPort = {
  protocol: 'udp',
  hostIP: '',
  hostPort: 53,
  podIP: '10.1.0.5',
  containerPort: 5353,
};

test("a host port leads to its pod, but not at the address of the cluster's DNS", () => {
  const rules = hostPortRules(table, [port]);
  const [, lead = ''] = /chain ports \{\n([^}]*)\}/.exec(rules) ?? [];
  assert.deepEqual(lead.trim().split(/\n\s*/), [
    'ip daddr 10.96.0.10 return',
    'udp dport 53 dnat to 10.1.0.5:5353',
  ]);
});

test('an address of its own comes before all addresses', () => {
  const rules = hostPortRules(table, [port, { ...port, hostIP: '192.0.2.1', podIP: '10.1.0.6' }]);
  assert.ok(rules.indexOf('10.1.0.6') < rules.indexOf('10.1.0.5'));
});

test('flows to a pod that has gone are forgotten, and those that began before there was one', () => {
  const other = { ...port, podIP: '10.1.0.6', hostIP: '192.0.2.1' };
  const tcp = { ...port, protocol: 'tcp' as const };
  assert.deepEqual(staleFlows([port, tcp], []), [
    ['-p', 'udp', '--orig-port-dst', '53', '--reply-src', '10.1.0.5'],
  ]);
  assert.deepEqual(staleFlows([port], [port, other, tcp]), [
    ['-p', 'udp', '--orig-port-dst', '53', '--orig-dst', '192.0.2.1'],
  ]);
});
