import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeProtobuf } from '#api/protobuf/envelope.ts';
import { settle } from '../testing/cluster.ts';
import { openTestServer } from './testing/ask.ts';

const cm = '/api/v1/namespaces/default/configmaps';
const tableV1 = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

const map = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

test('an object goes in and comes out, alone and in a list', async () => {
  const { ask } = await openTestServer();
  const made = await ask('POST', cm, { body: map('a', { x: '1' }) });
  assert.equal(made.status, 201);
  const got = await ask('GET', `${cm}/a`);
  assert.equal(got.text, made.text);
  assert.equal(got.headers['content-type'], 'application/json');
  const list = (await ask('GET', cm)).json;
  assert.equal(list.kind, 'ConfigMapList');
  assert.equal(list.metadata.resourceVersion, got.json.metadata.resourceVersion);
  assert.deepEqual(list.items, [got.json]);
});

test('who reads a kind that Kubernetes has given up is told what to use', async () => {
  const { ask } = await openTestServer();
  const { headers } = await ask('GET', '/api/v1/namespaces/default/endpoints');
  assert.deepEqual(headers['warning'], [
    '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"',
  ]);
  assert.equal((await ask('GET', cm)).headers['warning'], undefined);
});

test('every failure is a Status', async () => {
  const { ask } = await openTestServer();
  const cases: [string, string, object, number, string, RegExp][] = [
    ['GET', `${cm}/none`, {}, 404, 'NotFound', /^configmaps "none" not found$/],
    [
      'POST',
      cm,
      { body: '{"a":' },
      400,
      'BadRequest',
      /must be of type ConfigMap.*json parse error/,
    ],
    [
      'POST',
      cm,
      { body: map('A b') },
      422,
      'Invalid',
      /^ConfigMap "A b" is invalid: metadata.name/,
    ],
    [
      'POST',
      cm,
      { body: { ...map('x'), apiVersion: 'v2' } },
      400,
      'BadRequest',
      /API version in the data \(v2\)/,
    ],
    [
      'POST',
      cm,
      { body: 'x', headers: { 'content-type': 'text/html' } },
      415,
      'UnsupportedMediaType',
      /unknown format/,
    ],
    [
      'PATCH',
      `${cm}/x`,
      { body: {} },
      415,
      'UnsupportedMediaType',
      /application\/json-patch\+json/,
    ],
    [
      'GET',
      cm,
      { headers: { accept: 'text/html' } },
      406,
      'NotAcceptable',
      /following media types/,
    ],
    ['PUT', cm, { body: map('x') }, 405, 'MethodNotAllowed', /does not allow this method/],
    ['OPTIONS', cm, {}, 405, 'MethodNotAllowed', /does not allow this method/],
    ['GET', '/api/v1/things', {}, 404, 'NotFound', /could not find the requested resource/],
    ['GET', '/nowhere', {}, 404, 'NotFound', /could not find the requested resource/],
    [
      'GET',
      `${cm}/a%2Fb`,
      {},
      400,
      'BadRequest',
      /^Name parameter invalid: "a\/b": may not contain '\/'$/,
    ],
    [
      'GET',
      `${cm}?sendInitialEvents=true&watch=1`,
      {},
      422,
      'Invalid',
      /requires setting resourceVersionMatch to NotOlderThan/,
    ],
    ['GET', `${cm}?limit=x`, {}, 400, 'BadRequest', /invalid syntax/],
    ['POST', `${cm}?dryRun=maybe`, { body: map('x') }, 422, 'Invalid', /supported values: "All"/],
    [
      'POST',
      `${cm}?fieldValidation=Strict`,
      { body: { ...map('x'), what: 1 } },
      400,
      'BadRequest',
      /strict decoding error: unknown field "what"/,
    ],
    ['GET', cm, { as: 'stranger' }, 401, 'Unauthorized', /^Unauthorized$/],
    [
      'GET',
      cm,
      { as: 'ada' },
      403,
      'Forbidden',
      /^configmaps is forbidden: User "ada" cannot list resource "configmaps" in API group "" in the namespace "default"$/,
    ],
    [
      'GET',
      '/metrics',
      { as: '' },
      403,
      'Forbidden',
      /^forbidden: User "system:anonymous" cannot get path "\/metrics"$/,
    ],
  ];
  for (const [method, path, options, code, reason, message] of cases) {
    const answer = await ask(method, path, options);
    const label = `${method} ${path} ${answer.text}`;
    assert.equal(answer.status, code, label);
    assert.equal(answer.json.kind, 'Status', label);
    assert.equal(answer.json.code, code, label);
    assert.equal(answer.json.reason, reason, label);
    assert.match(answer.json.message, message);
  }
});

test('unknown and repeated fields are warned about', async () => {
  const { ask } = await openTestServer();
  const body = '{"metadata":{"name":"w"},"what":1,"data":{"a":"1","a":"2"}}';
  const { headers, json } = await ask('POST', cm, { body });
  assert.deepEqual(headers['warning'], [
    '299 - "unknown field \\"what\\""',
    '299 - "duplicate field \\"data.a\\""',
  ]);
  assert.equal(json.data.a, '2');
});

test('tables have the columns of the kind and objects as asked', async () => {
  const { ask, make } = await openTestServer();
  await make(cm, map('a', { x: '1', y: '2' }));
  const table = (await ask('GET', cm, { headers: { accept: tableV1 } })).json;
  assert.equal(table.kind, 'Table');
  assert.equal(table.apiVersion, 'meta.k8s.io/v1');
  assert.deepEqual(
    table.columnDefinitions.map((each: { name: string }) => each.name),
    ['Name', 'Data', 'Age'],
  );
  assert.deepEqual(table.rows[0].cells.slice(0, 2), ['a', 2]);
  assert.equal(table.rows[0].object.kind, 'PartialObjectMetadata');
  const bare = await ask('GET', `${cm}?includeObject=None`, { headers: { accept: tableV1 } });
  assert.equal(bare.json.rows[0].object, undefined);
  const whole = await ask('GET', `${cm}?includeObject=Object`, { headers: { accept: tableV1 } });
  assert.deepEqual(whole.json.rows[0].object.data, { x: '1', y: '2' });
  const one = await ask('GET', `${cm}/a`, {
    headers: { accept: tableV1.replaceAll('v=v1', 'v=v1beta1') },
  });
  assert.equal(one.json.apiVersion, 'meta.k8s.io/v1beta1');
});

test('metadata alone, YAML and protobuf for those who ask', async () => {
  const { ask, make } = await openTestServer();
  await make(cm, map('a', { x: '1' }));
  const partial = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
  const list = (await ask('GET', cm, { headers: { accept: partial } })).json;
  assert.equal(list.kind, 'PartialObjectMetadataList');
  assert.equal(list.items[0].data, undefined);
  const yaml = await ask('GET', `${cm}/a`, { headers: { accept: 'application/yaml' } });
  assert.match(yaml.text, /^data:\n {2}x: "1"$/m);
  const wire = await ask('GET', `${cm}/a`, {
    headers: { accept: 'application/vnd.kubernetes.protobuf,application/json' },
  });
  assert.equal(wire.headers['content-type'], 'application/vnd.kubernetes.protobuf');
  const back = decodeProtobuf(wire.bytes);
  assert.deepEqual(back.object['data'], { x: '1' });
  const posted = await ask('POST', cm, {
    body: 'metadata: {name: y}\ndata: {k: v}\n',
    headers: { 'content-type': 'application/yaml; charset=utf-8' },
  });
  assert.equal(posted.json.data.k, 'v');
});

test('a watch tells the past and then what happens, in the form that was asked for', async () => {
  const { ask, make, watch } = await openTestServer();
  const first = await make(cm, map('a'));
  const { resourceVersion } = first.metadata;
  const plain = await watch(`${cm}?watch=true&resourceVersion=${resourceVersion}`);
  const same = await watch(`${cm}?watch=1&resourceVersion=${resourceVersion}`);
  const table = await watch(`${cm}?watch=true`, { headers: { accept: tableV1 } });
  const old = await watch(
    `/api/v1/watch/namespaces/default/configmaps/b?resourceVersion=${resourceVersion}`,
  );
  await make(cm, map('b'));
  await ask('DELETE', `${cm}/a`);
  await settle();
  const types = plain.lines().map((line) => {
    const { type, object } = JSON.parse(line);
    return `${type} ${object.metadata.name}`;
  });
  assert.deepEqual(types, ['ADDED b', 'DELETED a']);
  assert.deepEqual(same.lines(), plain.lines());
  assert.equal(old.lines().length, 1);
  const tables = table.lines().map((line) => JSON.parse(line).object);
  assert.deepEqual(
    tables.map(({ rows }) => rows[0].cells[0]),
    ['a', 'b', 'a'],
  );
  assert.deepEqual(
    tables.map(({ columnDefinitions }) => columnDefinitions.length),
    [3, 0, 0],
  );
});

test('deletion answers as the kind does, with options from body or query', async () => {
  const { ask, make } = await openTestServer();
  await make(cm, map('a'));
  const wrong = await ask('DELETE', `${cm}/a`, { body: { preconditions: { uid: 'other' } } });
  assert.equal(wrong.status, 409);
  assert.equal((await ask('DELETE', `${cm}/a?dryRun=All`)).status, 200);
  const done = (await ask('DELETE', `${cm}/a?propagationPolicy=Background`)).json;
  assert.equal(done.kind, 'Status');
  assert.equal(done.status, 'Success');
  assert.equal((await ask('DELETE', `${cm}/a?propagationPolicy=Never`)).status, 422);
  await make(cm, map('x'));
  assert.equal((await ask('DELETE', cm)).json.kind, 'ConfigMapList');
});

test('patches by their content type', async () => {
  const { ask, make } = await openTestServer();
  await make(cm, map('a', { x: '1' }));
  const patch = (type: string, body: unknown) =>
    ask('PATCH', `${cm}/a`, { body, headers: { 'content-type': type } });
  assert.deepEqual((await patch('application/merge-patch+json', { data: { y: '2' } })).json.data, {
    x: '1',
    y: '2',
  });
  const json = await patch('application/json-patch+json', [{ op: 'remove', path: '/data/x' }]);
  assert.deepEqual(json.json.data, { y: '2' });
  assert.equal((await patch('application/merge-patch+json', '{')).status, 400);
});

test('discovery: lists, groups, and both aggregated forms', async () => {
  const { ask } = await openTestServer();
  const core = (await ask('GET', '/api/v1')).json;
  const pods = core.resources.find(({ name }: { name: string }) => name === 'pods');
  assert.deepEqual([pods.singularName, pods.namespaced, pods.shortNames], ['pod', true, ['po']]);
  const eviction = core.resources.find(({ name }: { name: string }) => name === 'pods/eviction');
  assert.deepEqual([eviction.group, eviction.version, eviction.kind], ['policy', 'v1', 'Eviction']);
  const apps = (await ask('GET', '/apis/apps')).json;
  assert.equal(apps.preferredVersion.groupVersion, 'apps/v1');
  assert.equal((await ask('GET', '/apis/none')).status, 404);
  for (const version of ['v2', 'v2beta1']) {
    const accept = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`;
    const all = await ask('GET', '/apis', { headers: { accept } });
    assert.equal(
      all.headers['content-type'],
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    );
    assert.equal(all.json.apiVersion, `apidiscovery.k8s.io/${version}`);
    const etag = String(all.headers['etag']);
    const again = await ask('GET', '/apis', { headers: { accept, 'if-none-match': etag } });
    assert.equal(again.status, 304);
  }
});

test('OpenAPI: an index with hashes, documents, and v2 as kubectl asks for it', async () => {
  const { ask } = await openTestServer();
  const index = (await ask('GET', '/openapi/v3')).json;
  const url = index.paths['apis/apps/v1'].serverRelativeURL as string;
  assert.match(url, /^\/openapi\/v3\/apis\/apps\/v1\?hash=\w+$/);
  const document = await ask('GET', url);
  assert.match(String(document.headers['cache-control']), /immutable/);
  assert.ok(document.json.components.schemas['io.k8s.api.apps.v1.Deployment']);
  const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const v2 = await ask('GET', '/openapi/v2', { headers: { accept } });
  assert.equal(v2.headers['content-type'], accept.replace('@', '.'));
});

test('health, version, metrics and the keys of the issuer', async () => {
  const { ask } = await openTestServer();
  assert.equal((await ask('GET', '/livez', { as: '' })).text, 'ok');
  assert.match(
    (await ask('GET', '/readyz?verbose', { as: '' })).text,
    /\[\+\]ping ok\n(.*\n)*readyz check passed/,
  );
  assert.equal((await ask('GET', '/readyz/ping')).text, 'ok');
  assert.equal((await ask('GET', '/readyz/nothing')).status, 404);
  assert.equal((await ask('GET', '/version', { as: '' })).json.minor, '36');
  assert.match(
    (await ask('GET', '/metrics')).text,
    /apiserver_request_total\{verb="GET".*code="200"\} \d/,
  );
  const [key] = (await ask('GET', '/openid/v1/jwks')).json.keys;
  assert.deepEqual([key.kty, key.alg, key.d], ['EC', 'ES256', undefined]);
});
