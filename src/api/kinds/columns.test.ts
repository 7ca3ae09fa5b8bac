/** Rows of `kubectl get -o wide`, as people know them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import { parseTime } from '../time.ts';
import {
  endpointSlices,
  endpoints,
  events,
  ingressClasses,
  ingresses,
  networkPolicies,
  nodes,
  replicaSets,
  roleBindings,
} from './index.ts';

const now = parseTime('2026-01-02T03:04:05Z');
const created = '2026-01-02T03:02:05Z';

const rows: readonly [what: string, kind: Kind, fields: object, row: string][] = [
  [
    'a node',
    nodes,
    {
      metadata: {
        name: 'one',
        creationTimestamp: created,
        labels: { 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'edge' },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        nodeInfo: { kubeletVersion: 'v1.36.0', osImage: 'Debian' },
      },
    },
    'one|Ready,SchedulingDisabled|control-plane,edge|2m|v1.36.0|10.0.0.1|<none>|Debian|<unknown>|<unknown>',
  ],
  [
    'a node that is not heard of',
    nodes,
    {},
    'x|Unknown|<none>|<unknown>||<none>|<none>|<unknown>|<unknown>|<unknown>',
  ],
  [
    'a ReplicaSet',
    replicaSets,
    {
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          spec: {
            containers: [
              { name: 'a', image: 'i' },
              { name: 'b', image: 'j' },
            ],
          },
        },
      },
      status: { replicas: 2, readyReplicas: 1 },
    },
    'x|2|2|1|<unknown>|a,b|i,j|app=web',
  ],
  [
    'many endpoints',
    endpoints,
    {
      subsets: [
        {
          addresses: ['1.1.1.1', '1.1.1.2', 'fd00::1'].map((ip) => ({ ip })),
          ports: [{ port: 80 }, { port: 81 }],
        },
      ],
    },
    'x|1.1.1.1:80,1.1.1.2:80,[fd00::1]:80 + 3 more...|<unknown>',
  ],
  ['no endpoints', endpoints, {}, 'x|<none>|<unknown>'],
  [
    'a slice',
    endpointSlices,
    { addressType: 'IPv4', ports: [{ port: 80 }], endpoints: [{ addresses: ['1.1.1.1'] }] },
    'x|IPv4|80|1.1.1.1|<unknown>',
  ],
  ['an empty slice', endpointSlices, { addressType: 'IPv4' }, 'x|IPv4|<unset>|<unset>|<unknown>'],
  [
    'an Ingress of many hosts',
    ingresses,
    {
      spec: {
        ingressClassName: 'web',
        tls: [{}],
        rules: ['a', 'b', 'c', 'd', 'e'].map((host) => ({ host })),
      },
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
    },
    'x|web|a,b,c + 2 more...|1.2.3.4|80, 443|<unknown>',
  ],
  ['an Ingress of any host', ingresses, { spec: { rules: [{}] } }, 'x|<none>|*||80|<unknown>'],
  [
    'an IngressClass',
    ingressClasses,
    { spec: { controller: 'a.b/c', parameters: { apiGroup: 'a.b', kind: 'K', name: 'n' } } },
    'x|a.b/c|K.a.b/n|<unknown>',
  ],
  [
    'a NetworkPolicy',
    networkPolicies,
    { spec: { podSelector: { matchLabels: { app: 'db' } } } },
    'x|app=db|<unknown>',
  ],
  ['a NetworkPolicy of all pods', networkPolicies, { spec: {} }, 'x|<none>|<unknown>'],
  [
    'a RoleBinding',
    roleBindings,
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'User', name: 'v' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    },
    'x|Role/r|<unknown>|u, v||n/s',
  ],
  [
    'an event that repeats',
    events,
    {
      type: 'Warning',
      reason: 'BackOff',
      message: ' Back-off \n',
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{a}' },
      source: { component: 'gantry', host: 'one' },
      firstTimestamp: '2026-01-02T03:00:05Z',
      lastTimestamp: created,
      count: 7,
    },
    '2m|Warning|BackOff|pod/p|spec.containers{a}|gantry, one|Back-off|4m|7|x',
  ],
  [
    'an event of the newer sort',
    events,
    { eventTime: created, involvedObject: { kind: 'Pod' }, reportingComponent: 'c' },
    '2m|||pod||c||2m|1|x',
  ],
];

test('rows', () => {
  for (const [what, kind, fields, row] of rows) {
    const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, ...fields };
    const cells = kind.columns.map((column) => column.cell(object as KubeObject, now));
    assert.equal(cells.join('|'), row, what);
  }
});
