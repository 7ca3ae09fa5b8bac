import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeUtf8 } from '../protobuf/text.ts';
import { numberOf, Reader, typeOf, wireType } from '../protobuf/reader.ts';
import type { Docs, JsonObject, ServedResource } from './served-resource.ts';
import { openapiV2 } from './v2.ts';
import { openapiV2Protobuf } from './v2-protobuf.ts';
import { openapiV3, openapiV3Index } from './v3.ts';

const verbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

const pods: ServedResource = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  namespaced: true,
  verbs,
  type: 'Pod',
  subresources: [
    {
      name: 'eviction',
      verbs: ['create'],
      body: { group: 'policy', version: 'v1', kind: 'Eviction' },
    },
    { name: 'exec', verbs: ['create', 'get'], connect: true },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
};
const deployments: ServedResource = {
  ...pods,
  group: 'apps',
  kind: 'Deployment',
  resource: 'deployments',
  type: 'Deployment',
  subresources: [],
};
const things: ServedResource = {
  group: 'example.com',
  version: 'v1alpha1',
  kind: 'Thing',
  resource: 'things',
  namespaced: false,
  verbs,
  type: '',
  customSchema: { type: 'object', properties: { spec: { type: 'object' } } },
};
const served = [pods, deployments, things];

/** Follows names and indexes through a document. */
function at(value: unknown, ...steps: (string | number)[]): unknown {
  return steps.reduce((inner: unknown, step) => (inner as Record<string, unknown>)[step], value);
}

function v3(resource: ServedResource): JsonObject {
  const document = openapiV3(resource, served, { Pod: { '': 'about pods', spec: 'about specs' } });
  assert.ok(document);
  return document;
}

test('every reference in a document leads to a definition in it', () => {
  const documents: [unknown, string, unknown][] = [
    ...served.map((each): [unknown, string, unknown] => {
      const document = v3(each);
      return [document, '#/components/schemas/', at(document, 'components', 'schemas')];
    }),
  ];
  const v2 = openapiV2(served, 'v1');
  documents.push([v2, '#/definitions/', v2['definitions']]);
  for (const [document, prefix, definitions] of documents) {
    const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g);
    for (const [, target = ''] of references) {
      assert.ok(target.startsWith(prefix), target);
      assert.ok(Object.hasOwn(definitions as object, target.slice(prefix.length)), target);
    }
  }
});

test('v3 describes types with the marks that patches and apply need', () => {
  const schemas = at(v3(pods), 'components', 'schemas');
  const pod = at(schemas, 'io.k8s.api.core.v1.Pod');
  assert.deepEqual(at(pod, 'x-kubernetes-group-version-kind'), [
    { group: '', version: 'v1', kind: 'Pod' },
  ]);
  assert.equal(at(pod, 'description'), 'about pods');
  assert.deepEqual(at(pod, 'properties', 'spec'), {
    description: 'about specs',
    allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }],
  });
  const ports = at(schemas, 'io.k8s.api.core.v1.Container', 'properties', 'ports');
  assert.deepEqual(ports, {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'containerPort',
    type: 'array',
    items: { $ref: '#/components/schemas/io.k8s.api.core.v1.ContainerPort' },
  });
  assert.deepEqual(at(schemas, 'io.k8s.api.core.v1.PodSpec', 'required'), ['containers']);
  assert.deepEqual(at(schemas, 'io.k8s.api.core.v1.PodSpec', 'properties', 'restartPolicy'), {
    type: 'string',
    enum: ['Always', 'Never', 'OnFailure'],
  });
  const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
  assert.deepEqual(
    at(schemas, 'io.k8s.api.core.v1.PersistentVolumeClaimSpec', 'properties', 'accessModes'),
    { 'x-kubernetes-list-type': 'atomic', type: 'array', items: { type: 'string', enum: modes } },
  );
  assert.equal(
    at(schemas, 'io.k8s.api.core.v1.SecretKeySelector', 'x-kubernetes-map-type'),
    'atomic',
  );
});

test('v3 describes what can be asked', () => {
  const paths = v3(pods)['paths'];
  assert.deepEqual(Object.keys(paths as object), [
    '/api/v1/namespaces/{namespace}/pods',
    '/api/v1/namespaces/{namespace}/pods/{name}',
    '/api/v1/pods',
    '/api/v1/namespaces/{namespace}/pods/{name}/eviction',
    '/api/v1/namespaces/{namespace}/pods/{name}/exec',
    '/api/v1/namespaces/{namespace}/pods/{name}/status',
  ]);
  const patch = at(paths, '/api/v1/namespaces/{namespace}/pods/{name}', 'patch');
  assert.equal(at(patch, 'operationId'), 'patchCoreV1NamespacedPod');
  assert.equal(at(patch, 'x-kubernetes-action'), 'patch');
  assert.deepEqual(at(patch, 'x-kubernetes-group-version-kind'), {
    group: '',
    version: 'v1',
    kind: 'Pod',
  });
  const names = (at(patch, 'parameters') as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(names, [
    'namespace',
    'name',
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
  ]);
  const eviction = at(paths, '/api/v1/namespaces/{namespace}/pods/{name}/eviction', 'post');
  assert.deepEqual(at(eviction, 'requestBody', 'content', '*/*', 'schema'), {
    $ref: '#/components/schemas/io.k8s.api.policy.v1.Eviction',
  });
});

test('a custom resource brings its own schema', () => {
  const document = v3(things);
  const thing = at(document, 'components', 'schemas', 'com.example.v1alpha1.Thing');
  assert.deepEqual(Object.keys(at(thing, 'properties') as object), [
    'spec',
    'apiVersion',
    'kind',
    'metadata',
  ]);
  const patch = at(document, 'paths', '/apis/example.com/v1alpha1/things/{name}', 'patch');
  const media = Object.keys(at(patch, 'requestBody', 'content') as object);
  assert.ok(!media.includes('application/strategic-merge-patch+json'));
});

test('the index names each document once, and by what is in it', () => {
  const index = openapiV3Index(served, 'v1');
  assert.deepEqual(Object.keys(index['paths'] as object), [
    'api/v1',
    'apis/apps/v1',
    'apis/example.com/v1alpha1',
  ]);
  const url = (resources: readonly ServedResource[], docs: Docs = {}): unknown =>
    at(
      openapiV3Index(resources, 'v1', docs),
      'paths',
      'apis/example.com/v1alpha1',
      'serverRelativeURL',
    );
  assert.match(
    String(url(served)),
    /^\/openapi\/v3\/apis\/example\.com\/v1alpha1\?hash=[0-9A-F]{16}$/,
  );
  assert.equal(url(served), url([things]));
  assert.notEqual(url(served), url([{ ...things, customSchema: { type: 'object' } }]));
  // Else a client that keeps the document goes on telling the old words.
  assert.notEqual(url(served), url(served, { Pod: { '': 'about pods' } }));
  assert.equal(openapiV3({ group: 'none', version: 'v1' }, served), undefined);
});

/** The pieces of a message by number, for looking into it without a schema. */
function pieces(bytes: Uint8Array, number: number): Uint8Array[] {
  const reader = new Reader(bytes);
  const found: Uint8Array[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const isWanted = numberOf(tag) === number && typeOf(tag) === wireType.bytes;
    if (isWanted) found.push(reader.bytes());
    else reader.skip(typeOf(tag));
  }
  return found;
}

function only(bytes: Uint8Array, ...path: number[]): Uint8Array {
  return path.reduce((inner, number) => {
    const [first, ...others] = pieces(inner, number);
    assert.ok(first !== undefined && others.length === 0, `one field ${number}`);
    return first;
  }, bytes);
}

test('v2 as protobuf holds what v2 as JSON does', () => {
  const document = openapiV2(served, 'v1.36.0');
  const bytes = openapiV2Protobuf(document);
  const text = (piece: Uint8Array): string => decodeUtf8(piece, 0, piece.length);
  assert.equal(text(only(bytes, 1)), '2.0');
  assert.equal(text(only(bytes, 2, 2)), 'v1.36.0');
  const definitions = pieces(only(bytes, 9), 1);
  assert.deepEqual(
    definitions.map((each) => text(only(each, 1))),
    Object.keys(document['definitions'] as object),
  );
  const port = definitions.find((each) => text(only(each, 1)).endsWith('core.v1.ContainerPort'));
  assert.ok(port);
  const properties = pieces(only(port, 2, 25), 1);
  const protocol = properties.find((each) => text(only(each, 1)) === 'protocol');
  assert.ok(protocol);
  assert.equal(text(only(protocol, 2, 22, 1)), 'string');
  assert.equal(text(only(protocol, 2, 5, 2)), '"TCP"');
  assert.equal(pieces(only(bytes, 8), 2).length, Object.keys(document['paths'] as object).length);
});
