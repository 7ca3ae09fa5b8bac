import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkPolicy, NetworkPolicySpec } from '#api/types.ts';
import { changeScript, wholeScript } from './policy-script.ts';
import { emptyPolicyTable, type PolicyPod, policyTable } from './policy-table.ts';

function policy(uid: string, spec: NetworkPolicySpec): NetworkPolicy {
  const metadata = { name: uid, namespace: 'd', uid };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec };
}

function pod(last: number, app: string): PolicyPod {
  const ports = [{ name: 'http', protocol: 'tcp' as const, port: 8080 }];
  return { namespace: 'd', labels: { app }, address: `10.0.0.${last}`, ports };
}

const web = policy('a-b', {
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Ingress'],
  ingress: [
    {
      from: [
        { podSelector: { matchLabels: { app: 'client' } } },
        { ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.128/25'] } },
      ],
      ports: [{ port: 'http' }, { protocol: 'UDP', port: 53 }],
    },
  ],
});
const namespaces = new Map();

test('a rule of each peer with each port, and what a pod is isolated by', () => {
  const table = policyTable({
    policies: [web],
    pods: [pod(1, 'web'), pod(2, 'client')],
    namespaces,
  });
  const lines = changeScript('t', emptyPolicyTable, table).trimEnd().split('\n');
  assert.deepEqual(lines, [
    'add set ip t-policy ingress_a_b_0 { type ipv4_addr; }',
    'add set ip t-policy port_tcp_http { type ipv4_addr . inet_proto . inet_service; }',
    'add chain ip t-policy ingress_a_b',
    'add chain ip t-policy ingress_of_10_0_0_1',
    'add rule ip t-policy ingress_a_b ip saddr @ingress_a_b_0 ip daddr . meta l4proto . th dport @port_tcp_http accept',
    'add rule ip t-policy ingress_a_b ip saddr @ingress_a_b_0 udp dport 53 accept',
    'add rule ip t-policy ingress_a_b ip saddr { 192.0.2.0-192.0.2.127 } ip daddr . meta l4proto . th dport @port_tcp_http accept',
    'add rule ip t-policy ingress_a_b ip saddr { 192.0.2.0-192.0.2.127 } udp dport 53 accept',
    'add rule ip t-policy ingress_of_10_0_0_1 jump ingress_a_b',
    'add rule ip t-policy ingress_of_10_0_0_1 drop',
    'add element ip t-policy ingress_a_b_0 { 10.0.0.2 }',
    'add element ip t-policy port_tcp_http { 10.0.0.1 . tcp . 8080, 10.0.0.2 . tcp . 8080 }',
    'add element ip t-policy ingress { 10.0.0.1 : goto ingress_of_10_0_0_1 }',
    'add element ip t-policy itself { 10.0.0.1 . 10.0.0.1 }',
  ]);
});

test('a pod more is a few elements; a policy less takes its chains and sets along', () => {
  const before = policyTable({ policies: [web], pods: [pod(1, 'web')], namespaces });
  const more = policyTable({
    policies: [web],
    pods: [pod(1, 'web'), pod(2, 'client')],
    namespaces,
  });
  assert.deepEqual(changeScript('t', before, more).trimEnd().split('\n'), [
    'add element ip t-policy ingress_a_b_0 { 10.0.0.2 }',
    'add element ip t-policy port_tcp_http { 10.0.0.2 . tcp . 8080 }',
  ]);
  assert.deepEqual(changeScript('t', before, emptyPolicyTable).trimEnd().split('\n'), [
    'delete element ip t-policy port_tcp_http { 10.0.0.1 . tcp . 8080 }',
    'delete element ip t-policy ingress { 10.0.0.1 : goto ingress_of_10_0_0_1 }',
    'delete element ip t-policy itself { 10.0.0.1 . 10.0.0.1 }',
    'flush chain ip t-policy ingress_a_b',
    'flush chain ip t-policy ingress_of_10_0_0_1',
    'delete chain ip t-policy ingress_a_b',
    'delete chain ip t-policy ingress_of_10_0_0_1',
    'delete set ip t-policy ingress_a_b_0',
    'delete set ip t-policy port_tcp_http',
  ]);
  assert.equal(changeScript('t', more, more), '');
});

test('the whole replaces what was there', () => {
  const script = wholeScript('t', emptyPolicyTable);
  assert.ok(script.startsWith('table ip t-policy { }\ndelete table ip t-policy\n'));
});
