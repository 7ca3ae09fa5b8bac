/** Bodies that are no objects, or not the ones that were asked for. */
import type { Refusal } from './asker.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const map = (name: string, rest: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  ...rest,
});
const yaml = { 'content-type': 'application/yaml' };
const protobuf = { 'content-type': 'application/vnd.kubernetes.protobuf' };
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const deepObject = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const words = (bytes: number): string => 'x'.repeat(bytes);

type Case = Omit<Refusal, 'path' | 'code' | 'reason'> & Partial<Refusal>;
const badBody = (refusal: Case): Refusal => ({
  path: maps,
  code: 400,
  reason: 'BadRequest',
  ...refusal,
});

export const bodyRefusals: readonly Refusal[] = [
  badBody({ name: 'JSON that breaks off', body: '{"metadata":', message: /json parse error/ }),
  badBody({ name: 'no body', body: '', message: /json parse error|couldn't get version\/kind/ }),
  badBody({ name: 'JSON null', body: 'null', message: /ConfigMap/ }),
  badBody({ name: 'a JSON list', body: '[]', message: /ConfigMap/ }),
  badBody({ name: 'a JSON string', body: '"a"', message: /ConfigMap/ }),
  badBody({
    name: 'bytes that are not UTF-8',
    body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22]),
    message: /UTF-8/,
  }),
  badBody({
    name: 'another kind',
    body: map('a', { kind: 'Secret' }),
    message: /must be of type ConfigMap/,
  }),
  badBody({
    name: 'another version',
    body: map('a', { apiVersion: 'v9' }),
    message: /API version in the data \(v9\) does not match the expected API version \(v1\)/,
  }),
  badBody({
    name: 'a number for a string',
    body: map('a', { data: { a: 1 } }),
    message: /cannot unmarshal number into Go struct field ConfigMap\.data of type string/,
  }),
  badBody({
    name: 'a string for a map',
    body: map('a', { data: 'text' }),
    message: /cannot unmarshal string into Go struct field ConfigMap\.data/,
  }),
  badBody({
    name: 'a list for the metadata',
    body: map('a', { metadata: [] }),
    message: /cannot unmarshal array into Go struct field ConfigMap\.metadata/,
  }),
  badBody({
    name: 'a word for a number',
    path: deployments,
    body: { metadata: { name: 'a' }, spec: { replicas: 'three' } },
    message:
      /cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32/,
  }),
  badBody({ name: 'YAML that is none', body: 'a: [', headers: yaml, message: /yaml parse error/ }),
  badBody({
    name: 'YAML that grows (a billion laughs)',
    body: `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((each, at) => `${each}: &${each} [${`*${'abcdefgh'[at]},`.repeat(9)}]`).join('\n')}`,
    headers: yaml,
    message: /yaml parse error/,
  }),
  badBody({
    name: 'protobuf without its four letters',
    body: new Uint8Array([1, 2, 3, 4]),
    headers: protobuf,
    message: /protobuf|k8s/,
  }),
  badBody({
    name: 'protobuf that breaks off',
    body: new Uint8Array([0x6b, 0x38, 0x73, 0, 0x0a, 0x7f, 1]),
    headers: protobuf,
    message: /protobuf|unexpected EOF|couldn't get version\/kind/,
  }),
  badBody({ name: 'deep JSON', body: deep(100_000), message: /ConfigMap|depth|deep/ }),
  badBody({
    name: 'deep JSON in a field of any form',
    body: `{"metadata":{"name":"a","managedFields":[{"manager":"m","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":${deepObject(50_000)}}]}}`,
    message: /depth|deep/,
  }),
  badBody({ name: 'deep YAML', body: deep(20_000), headers: yaml, message: /yaml parse error/ }),
  badBody({
    name: 'an unknown field, strictly',
    path: `${maps}?fieldValidation=Strict`,
    body: map('a', { dta: {} }),
    message: /strict decoding error: unknown field "dta"/,
  }),
  badBody({
    name: 'a repeated field, strictly',
    path: `${maps}?fieldValidation=Strict`,
    body: '{"metadata":{"name":"a"},"metadata":{"name":"b"}}',
    message: /strict decoding error: duplicate field "metadata"/,
  }),
  {
    name: 'a way to validate that there is not',
    path: `${maps}?fieldValidation=Maybe`,
    body: map('a'),
    code: 422,
    reason: 'Invalid',
    message: /fieldValidation: Unsupported value: "Maybe"/,
    fields: ['fieldValidation'],
  },
  {
    name: 'a body of four megabytes',
    path: maps,
    body: JSON.stringify(map('a', { data: { a: words(4 * 1024 * 1024) } })),
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: /Request entity too large: limit is 3145728/,
  },
  {
    name: 'a ConfigMap of two megabytes',
    path: maps,
    body: map('a', { data: { a: words(2 * 1024 * 1024) } }),
    code: 422,
    reason: 'Invalid',
    message: /Too long: may not be more than 1048576 bytes/,
  },
  {
    name: 'annotations of half a megabyte',
    path: maps,
    body: map('a', { metadata: { name: 'a', annotations: { a: words(512 * 1024) } } }),
    code: 422,
    reason: 'Invalid',
    message: /metadata\.annotations: Too long: may not be more than 262144 bytes/,
    fields: ['metadata.annotations'],
  },
  {
    name: 'an object larger than the store takes',
    path: deployments,
    body: {
      metadata: { name: 'large' },
      spec: {
        selector: { matchLabels: { app: 'large' } },
        template: {
          metadata: { labels: { app: 'large' } },
          spec: {
            containers: [
              { name: 'c', image: 'i', env: [{ name: 'A', value: words(2 * 1024 * 1024) }] },
            ],
          },
        },
      },
    },
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: /too large/,
  },
  {
    name: 'text',
    path: maps,
    headers: { 'content-type': 'text/plain' },
    body: 'a',
    code: 415,
    reason: 'UnsupportedMediaType',
    message: /accepted media types include: application\/json, application\/yaml/,
  },
];

const badPatch = (refusal: Omit<Case, 'headers'> & { type: string }): Refusal => {
  const { type, ...rest } = refusal;
  const headers = { 'content-type': `application/${type}` };
  return badBody({ method: 'PATCH', path: `${maps}/there`, headers, ...rest });
};
const json = 'json-patch+json';
const merge = 'merge-patch+json';
const strategic = 'strategic-merge-patch+json';

export const patchRefusals: readonly Refusal[] = [
  badPatch({
    name: 'a patch that is no JSON',
    type: merge,
    body: '{',
    message: /error decoding patch/,
  }),
  badPatch({
    name: 'a merge patch that is a list',
    type: merge,
    body: '[]',
    message: /ConfigMap|array/,
  }),
  badPatch({ name: 'a JSON patch that is no list', type: json, body: '{}', message: /list/ }),
  badPatch({
    name: 'a JSON patch with an unknown operation',
    type: json,
    body: [{ op: 'jump', path: '/data' }],
    message: /unknown op|Unexpected kind/,
  }),
  badPatch({
    name: 'a JSON patch without end',
    type: json,
    body: Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: '1' })),
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: /The allowed maximum operations in a JSON patch is 10000, got 10001/,
  }),
  badPatch({
    name: 'a JSON patch whose test does not hold',
    type: json,
    body: [{ op: 'test', path: '/data/a', value: '2' }],
    code: 422,
    reason: 'Invalid',
    message: /test/i,
  }),
  badPatch({
    name: 'a JSON patch that doubles the object without end',
    type: json,
    body: [
      { op: 'add', path: '/data/a', value: words(1000) },
      ...Array.from({ length: 40 }, (_, at) => ({
        op: 'copy',
        from: '/data',
        path: `/data/x${at}`,
      })),
    ],
    code: 422,
    reason: 'Invalid',
    message: /accumulated size increase of copy is \d+, exceeding the limit/,
  }),
  badPatch({
    name: 'a deep merge patch',
    type: merge,
    body: `{"metadata":${deepObject(50_000)}}`,
    message: /deep|depth/,
  }),
  badPatch({
    name: 'a strategic merge patch with an unknown directive',
    type: strategic,
    path: `${deployments}/there`,
    body: { spec: { template: { spec: { containers: [{ name: 'c', $patch: 'jump' }] } } } },
    message: /jump/,
  }),
  badPatch({
    name: 'a patch that renames',
    type: merge,
    body: { metadata: { name: 'another' } },
    message: /name/,
  }),
  badPatch({
    name: 'a patch with a number for a string',
    type: merge,
    body: { data: { a: 1 } },
    code: 400,
    message: /cannot unmarshal number|expected string/,
  }),
  badPatch({
    name: 'a patch in a form that is none',
    type: 'json',
    body: {},
    code: 415,
    reason: 'UnsupportedMediaType',
    message: /json-patch\+json.*merge-patch\+json.*strategic-merge-patch\+json/,
  }),
];
