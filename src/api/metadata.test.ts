import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaces, pods, roles, services } from './kinds/index.ts';
import type { Kind } from './kind.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata.ts';
import type { KubeObject } from './object.ts';
import type { ObjectMeta } from './types.ts';

function object(metadata: Partial<ObjectMeta>): KubeObject {
  return { apiVersion: 'v1', kind: 'X', metadata: { name: 'a', namespace: 'd', ...metadata } };
}

const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: '1' };

const cases: readonly [
  what: string,
  kind: Kind,
  metadata: Partial<ObjectMeta>,
  ...expected: string[],
][] = [
  ['sound', pods, { ownerReferences: [{ ...owner, controller: true }] }],
  [
    'nameless',
    pods,
    { name: '' },
    'metadata.name: Required value: name or generateName is required',
  ],
  ['homeless', pods, { namespace: '' }, 'metadata.namespace: Required value'],
  [
    'a home that it cannot have',
    namespaces,
    {},
    'metadata.namespace: Forbidden: not allowed on this type',
  ],
  ['a prefix may end in a dash', pods, { generateName: 'web-' }],
  [
    'a Service is named by a letter first',
    services,
    { name: '1a' },
    "metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ],
  ['a role may be named freely', roles, { name: 'system:Node' }],
  [
    'but not by a path',
    roles,
    { name: 'a/b' },
    `metadata.name: Invalid value: "a/b": may not contain '/'`,
  ],
  [
    'too many words',
    pods,
    { annotations: { A: 'ä'.repeat(131_072) } },
    'metadata.annotations: Too long: may not be more than 262144 bytes',
  ],
  [
    'two controllers',
    pods,
    {
      ownerReferences: [
        { ...owner, controller: true },
        { ...owner, name: 's', controller: true },
      ],
    },
    `metadata.ownerReferences: Invalid value: ${JSON.stringify([
      { ...owner, controller: true },
      { ...owner, name: 's', controller: true },
    ])}: Only one reference can have Controller set to true. Found "true" in references for ReplicaSet/r and ReplicaSet/s`,
  ],
  [
    'an owner without identity',
    pods,
    { ownerReferences: [{ ...owner, uid: '' }] },
    'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
  ],
  [
    'a finalizer of nobody',
    pods,
    { finalizers: ['mine', 'example.com/mine', 'orphan'] },
    'metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ],
];

test('metadata', () => {
  for (const [what, kind, metadata, ...expected] of cases) {
    const found = validateMetadata(kind, object(metadata));
    assert.deepEqual(
      found.map(({ field, message }) => `${field}: ${message}`),
      expected,
      what,
    );
  }
});

test('metadata that may not change', () => {
  const before = object({
    uid: '1',
    generation: 2,
    deletionTimestamp: '2026-01-02T03:04:05Z',
    finalizers: ['a.b/c'],
  });
  const after = object({ uid: '2', generation: 1, finalizers: ['a.b/c', 'a.b/d'] });
  assert.deepEqual(
    validateMetadataUpdate(after, before).map(({ field, message }) => `${field}: ${message}`),
    [
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/d"}',
      'metadata.generation: Invalid value: 1: must not be decremented',
      'metadata.uid: Invalid value: "2": field is immutable',
      'metadata.deletionTimestamp: Invalid value: null: field is immutable',
    ],
  );
});
