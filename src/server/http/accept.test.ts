import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiate, type NegotiationScope } from './accept.ts';

const all: NegotiationScope = { protobuf: true, transforms: true, watch: false };
const chosen = (accept: string | undefined, scope: Partial<NegotiationScope> = {}) =>
  negotiate(accept, { ...all, ...scope }).key;

test('the first clause that can be served wins, by quality', () => {
  assert.equal(chosen(undefined), 'json/object/v1');
  assert.equal(chosen('*/*'), 'json/object/v1');
  assert.equal(chosen('text/html, application/json;q=0.9, */*;q=0.1'), 'json/object/v1');
  assert.equal(chosen('application/yaml;q=0.5, application/json;q=0.4'), 'yaml/object/v1');
  assert.equal(
    chosen('application/vnd.kubernetes.protobuf,application/json'),
    'protobuf/object/v1',
  );
  assert.equal(
    chosen('application/vnd.kubernetes.protobuf,application/json', { protobuf: false }),
    'json/object/v1',
  );
});

test('tables and metadata, as kubectl and informers ask', () => {
  const kubectl =
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
  assert.equal(chosen(kubectl), 'json/table/v1');
  const informer =
    'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';
  assert.equal(chosen(informer), 'json/metadata/v1');
  assert.equal(
    chosen('application/json;as=Chart;v=v1;g=meta.k8s.io,application/json'),
    'json/object/v1',
  );
});

test('what cannot be made is 406', () => {
  for (const accept of [
    'text/html',
    'application/json;as=Table;v=v2;g=meta.k8s.io',
    'application/cbor',
  ]) {
    assert.throws(() => chosen(accept), { code: 406 });
  }
  assert.throws(() => chosen('application/yaml', { watch: true }), { code: 406 });
});
