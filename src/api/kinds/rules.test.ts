/** The smaller kinds: one table of manifests and of what is wrong with them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import {
  clusterRoleBindings,
  configMaps,
  endpointSlices,
  endpoints,
  events,
  eventsV1Events,
  ingressClasses,
  ingresses,
  leases,
  namespaces,
  nodes,
  roleBindings,
  roles,
  secrets,
} from './index.ts';
import { verdictOnCreate, verdictOnUpdate } from './testing/verdict.ts';

/** A manifest as it comes from outside: its type is what the test is about. */
function object(fields: object): KubeObject {
  const metadata = { name: 'x', namespace: 'd' };
  return { apiVersion: 'v1', kind: 'X', metadata, ...fields } as KubeObject;
}

const creations: readonly [what: string, kind: Kind, fields: object, ...expected: string[]][] = [
  [
    'a ConfigMap key',
    configMaps,
    { data: { 'a b': '' } },
    "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ],
  [
    'one key in both parts',
    configMaps,
    { data: { a: '' }, binaryData: { a: '' } },
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ],
  [
    'more than a mebibyte',
    configMaps,
    { data: { a: 'ä'.repeat(524_289) } },
    ': Too long: may not be more than 1048576 bytes',
  ],
  [
    'a TLS secret without its parts',
    secrets,
    { type: 'kubernetes.io/tls' },
    'data[tls.crt]: Required value',
    'data[tls.key]: Required value',
  ],
  [
    'registry credentials that are no JSON',
    secrets,
    { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{' } },
    'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid JSON',
  ],
  [
    'a token of nobody',
    secrets,
    { type: 'kubernetes.io/service-account-token' },
    'metadata.annotations[kubernetes.io/service-account.name]: Required value',
  ],
  [
    'an Ingress to nowhere',
    ingresses,
    { spec: {} },
    'spec: Invalid value: []: either `defaultBackend` or `rules` must be specified',
  ],
  [
    'a path without a type',
    ingresses,
    {
      spec: {
        rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'a' } } }] } }],
      },
    },
    'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
  ],
  [
    'paths and backends',
    ingresses,
    {
      spec: {
        rules: [
          {
            host: '*.*.com',
            http: {
              paths: [
                { path: 'a//b', pathType: 'Prefix', backend: {} },
                { path: '/', pathType: 'Exact', backend: { service: { name: 'a' } } },
              ],
            },
          },
        ],
      },
    },
    "spec.rules[0].host: Invalid value: \"*.*.com\": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    'spec.rules[0].http.paths[0].path: Invalid value: "a//b": must be an absolute path',
    `spec.rules[0].http.paths[0].path: Invalid value: "a//b": must not contain '//'`,
    'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
    'spec.rules[0].http.paths[1].backend: Required value: port name or number is required',
  ],
  [
    'a controller without a domain',
    ingressClasses,
    { spec: { controller: 'nginx' } },
    'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [
    'a role without verbs',
    roles,
    { rules: [{ nonResourceURLs: ['/metrics'] }] },
    'rules[0].verbs: Required value: verbs must contain at least one value',
    'rules[0].nonResourceURLs: Invalid value: ["/metrics"]: namespaced rules cannot apply to non-resource URLs',
  ],
  [
    'a binding of a cluster to a role',
    clusterRoleBindings,
    { roleRef: { kind: 'Role', name: 'a' }, subjects: [{ kind: 'ServiceAccount', name: 'b' }] },
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    'subjects[0].namespace: Required value',
  ],
  [
    'a slice without addresses',
    endpointSlices,
    { addressType: 'IPv4', endpoints: [{ addresses: [] }, { addresses: ['::2'] }] },
    'endpoints[0].addresses: Required value: must contain at least 1 address',
    'endpoints[1].addresses[0]: Invalid value: "::2": must be a valid IPv4 address',
  ],
  [
    'endpoints that lead back',
    endpoints,
    { subsets: [{ addresses: [{ ip: '169.254.0.1' }] }] },
    'subsets[0].addresses[0].ip: Invalid value: "169.254.0.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  ],
  [
    'a lease of no length',
    leases,
    { spec: { leaseDurationSeconds: 0 } },
    'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
  ],
  [
    'taints',
    nodes,
    {
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', value: 'b', effect: 'NoSchedule' },
        ],
      },
    },
    'metadata.taints[1]: Duplicate value: {"key":"a","value":"b","effect":"NoSchedule"}: taints must be unique by key and effect pair',
  ],
  [
    'an event from elsewhere',
    events,
    { involvedObject: { namespace: 'other' } },
    'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
  ],
  [
    'a newer event that says nothing',
    eventsV1Events,
    { regarding: { namespace: 'd' }, type: 'Bad' },
    'eventTime: Required value',
    'type: Invalid value: "": has invalid value: Bad',
  ],
];

test('what is wrong with a new object', () => {
  for (const [what, kind, fields, ...expected] of creations) {
    assert.deepEqual(verdictOnCreate(kind, object(fields)), expected, what);
  }
});

const updates: readonly [
  what: string,
  kind: Kind,
  before: object,
  after: object,
  ...expected: string[],
][] = [
  [
    'an immutable ConfigMap',
    configMaps,
    { data: { a: '1' }, immutable: true },
    { data: { a: '2' }, immutable: true },
    'data: Forbidden: field is immutable when `immutable` is set',
  ],
  [
    'the type of a Secret',
    secrets,
    { type: 'Opaque' },
    { type: 'mine' },
    'type: Invalid value: "mine": field is immutable',
  ],
  [
    'the role of a binding',
    roleBindings,
    { roleRef: { kind: 'Role', name: 'a' } },
    { roleRef: { kind: 'Role', name: 'b' } },
    'roleRef: Invalid value: {"kind":"Role","name":"b","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
  ],
  [
    'the address type of a slice',
    endpointSlices,
    { addressType: 'IPv4' },
    { addressType: 'IPv6' },
    'addressType: Invalid value: "IPv6": field is immutable',
  ],
  [
    'the network of a node',
    nodes,
    { spec: { podCIDR: '10.0.0.0/24' } },
    { spec: { podCIDR: '10.0.1.0/24' } },
    'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
  ],
  ['a node that gets its network', nodes, { spec: {} }, { spec: { podCIDR: '10.0.0.0/24' } }],
];

test('what may not change', () => {
  for (const [what, kind, before, after, ...expected] of updates) {
    const found = verdictOnUpdate(kind, object(before), (next) => Object.assign(next, after));
    assert.deepEqual(found, expected, what);
  }
});

test('a Namespace is held until its content is gone', () => {
  const namespace = object({ metadata: { name: 'team' }, spec: {} });
  namespaces.defaults?.(namespace as never);
  namespaces.prepareForCreate?.(namespace as never);
  assert.deepEqual(namespaces.heldBy?.(namespace as never), ['kubernetes']);
  assert.deepEqual(namespace.metadata.labels, { 'kubernetes.io/metadata.name': 'team' });
  const next = structuredClone(namespace) as KubeObject & { spec: { finalizers?: string[] } };
  next.spec.finalizers = [];
  namespaces.prepareForUpdate?.(next as never, namespace as never);
  assert.deepEqual(next.spec.finalizers, ['kubernetes']);
});

test('texts of a Secret are stored as bytes, and win', () => {
  const secret = object({ data: { a: 'eA==' }, stringData: { a: 'ä€😀', b: '' } });
  secrets.defaults?.(secret as never);
  assert.deepEqual(secret, {
    ...object({}),
    type: 'Opaque',
    data: { a: Buffer.from('ä€😀').toString('base64'), b: '' },
  });
});

test('an event is one object in two forms', () => {
  const core = object({
    involvedObject: { kind: 'Pod', name: 'a' },
    message: 'hello',
    reportingComponent: 'x',
    count: 2,
  });
  const newer = eventsV1Events.storedAs?.fromStored(core);
  assert.deepEqual(newer, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: core.metadata,
    regarding: { kind: 'Pod', name: 'a' },
    note: 'hello',
    reportingController: 'x',
    deprecatedCount: 2,
  });
  if (newer) assert.deepEqual(eventsV1Events.storedAs?.toStored(newer), { ...core, kind: 'Event' });
});
