import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '#base/status-error.ts';
import type { Deployment, Pod } from '../types.ts';
import { type DecodeOptions, decodeObject } from './decode.ts';
import { typeSchema } from './schema.ts';

const ignore: DecodeOptions = { fieldValidation: 'Ignore' };

function decode<T>(
  type: string,
  value: unknown,
  options = ignore,
): { object: T; warnings: string[] } {
  return decodeObject<T>(value, typeSchema(type), options);
}

function refusal(type: string, value: unknown, options = ignore): string {
  try {
    decode(type, value, options);
  } catch (error) {
    assert.ok(isStatusError(error, 'BadRequest'));
    return error.message;
  }
  throw new Error('accepted');
}

const prefix = 'Deployment in version "v1" cannot be handled as a Deployment: ';

test('keeps what the type has, and brings values into their canonical form', () => {
  const { object } = decode<Pod>('Pod', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', creationTimestamp: '2026-01-02T05:04:05.5+02:00', labels: { x: null } },
    spec: {
      containers: [{ name: 'c', resources: { limits: { cpu: 0.5, memory: '2048Mi' } } }],
      nope: 1,
    },
  });
  assert.deepEqual(object, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', creationTimestamp: '2026-01-02T03:04:05Z', labels: { x: '' } },
    spec: { containers: [{ name: 'c', resources: { limits: { cpu: '500m', memory: '2Gi' } } }] },
  });
});

test('adds the structs that Go has as values, and leaves out what Go leaves out', () => {
  assert.deepEqual(decode('Pod', { kind: 'Pod', apiVersion: 'v1', status: null }).object, {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {},
    spec: { containers: [] },
  });
  const claim = { accessModes: [], storageClassName: '', volumeName: '' };
  assert.deepEqual(decode('PersistentVolumeClaimSpec', claim).object, { storageClassName: '' });
  assert.deepEqual(decode('PodSpec', {}).object, { containers: [] });
  assert.deepEqual(
    decode('PersistentVolumeClaimSpec', claim, { ...ignore, partial: true }).object,
    claim,
  );
  assert.deepEqual(decode('Pod', {}, { ...ignore, partial: true }).object, {});
});

test('says which fields it does not know, by the validation that is asked for', () => {
  const body = {
    spec: { template: { spec: { containers: [{ name: 'a' }, { nam: 'b' }] } } },
    foo: 1,
  };
  const unknown = ['unknown field "spec.template.spec.containers[1].nam"', 'unknown field "foo"'];
  assert.deepEqual(decode<Deployment>('Deployment', body).warnings, []);
  assert.deepEqual(decode('Deployment', body, { fieldValidation: 'Warn' }).warnings, unknown);
  assert.equal(
    refusal('Deployment', body, { fieldValidation: 'Strict', duplicates: ['spec.replicas'] }),
    `${prefix}strict decoding error: ${unknown.join(', ')}, duplicate field "spec.replicas"`,
  );
});

test('words a mismatch as Go does', () => {
  const cases: [unknown, string][] = [
    [
      { spec: { replicas: 'two' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { spec: { replicas: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { spec: { replicas: 4294967296 } },
      'json: cannot unmarshal number 4294967296 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { spec: { template: { spec: { containers: {} } } } },
      'json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
    ],
    [
      { metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [[], 'json: cannot unmarshal array into Go value of type v1.Deployment'],
    [
      { metadata: { creationTimestamp: 'yesterday' } },
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
  ];
  for (const [value, message] of cases)
    assert.equal(refusal('Deployment', value), prefix + message);
});

test('checks base64 and quantities', () => {
  assert.match(
    refusal('Secret', { data: { a: 'no base64!' } }),
    /illegal base64 data at input byte 2/,
  );
  assert.deepEqual(decode('Secret', { data: { a: 'YWI=' } }).object, {
    metadata: {},
    data: { a: 'YWI=' },
  });
  assert.match(
    refusal('ResourceQuotaSpec', { hard: { cpu: true } }),
    /quantities must match the regular expression/,
  );
  assert.match(
    refusal('ResourceQuotaSpec', { hard: { cpu: '1ki' } }),
    /unable to parse quantity's suffix/,
  );
});

test('is not fooled by names that JavaScript treats specially', () => {
  const body = JSON.parse('{"data":{"__proto__":"x","constructor":"y"},"toString":1}');
  const { object, warnings } = decode<{ data: Record<string, string> }>('ConfigMap', body, {
    fieldValidation: 'Warn',
  });
  assert.deepEqual(Object.entries(object.data), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  assert.deepEqual(warnings, ['unknown field "toString"']);
});

test('reads the alternatives of a JSON schema', () => {
  const schema = {
    items: { type: 'string' },
    additionalProperties: false,
    enum: [null, 1],
    properties: { a: { additionalProperties: { type: 'integer' } } },
  };
  assert.deepEqual(decode('JSONSchemaProps', schema).object, schema);
});

test('bounds the depth of what it reads', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  assert.match(refusal('ControllerRevision', { data: deep(500) }), /exceeded max depth/);
  const nested = (levels: number): unknown => (levels === 0 ? {} : { not: nested(levels - 1) });
  assert.match(refusal('JSONSchemaProps', nested(500)), /exceeded max depth/);
});

test('what was decoded before stays as it is, in its own place only', () => {
  const labels = Object.freeze({ a: '1' });
  const known = Object.freeze({ metadata: Object.freeze({ name: 'a', labels }) });
  const same = decode<Pod>('Pod', { metadata: { labels, name: '' } }, { ...ignore, known }).object;
  assert.equal(same.metadata.labels, labels);
  assert.equal(same.metadata.name, undefined);
  const moved = decode<Pod>('Pod', { metadata: { annotations: labels } }, { ...ignore, known });
  assert.notEqual(moved.object.metadata.annotations, labels);
  assert.deepEqual(moved.object.metadata.annotations, labels);
});
