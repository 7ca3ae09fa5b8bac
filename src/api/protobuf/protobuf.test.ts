import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isStatusError } from '#base/status-error.ts';
import { objectsOf } from '../schema/testing/arbitrary.ts';
import { decodeObject } from '../schema/decode.ts';
import { schemaOf, type TypeSchema, typeNames, typeSchema } from '../schema/schema.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { decodeProtobuf, encodeProtobuf, encodeWatchFrame, hasWireForm } from './envelope.ts';
import { ProtobufProblem, Reader } from './reader.ts';
import { decodeUtf8, encodeUtf8, utf8Length } from './text.ts';
import { Writer } from './writer.ts';

function clean(value: unknown, type: TypeSchema): unknown {
  return decodeObject(value, type, { fieldValidation: 'Strict' }).object;
}

function encode(value: unknown, type: TypeSchema): Uint8Array {
  const writer = new Writer();
  encodeMessage(writer, value as Record<string, unknown>, type);
  return writer.finish();
}

function roundTrip(value: unknown, type: TypeSchema): unknown {
  return clean(decodeMessage(new Reader(encode(value, type)), type), type);
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

const wired = typeNames()
  .map(typeSchema)
  .filter((type) => hasWireForm(type) && !type.name.startsWith('Table'));

test('decoding undoes encoding, for objects of every type', () => {
  for (const type of wired) {
    fc.assert(
      fc.property(objectsOf(type, 3), (value) => {
        const object = clean(value, type);
        assert.deepEqual(roundTrip(object, type), object, type.name);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  }
});

test('and for deep ones of the widest kinds', () => {
  for (const name of [
    'Pod',
    'Deployment',
    'Service',
    'CustomResourceDefinition',
    'EndpointSlice',
  ]) {
    const type = typeSchema(name);
    fc.assert(
      fc.property(objectsOf(type, 7), (value) => {
        const object = clean(value, type);
        assert.deepEqual(roundTrip(object, type), object);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  }
});

test('writes the bytes that the format asks for', () => {
  const port = typeSchema('ServicePort');
  const bytes = encode({ name: 'web', port: 80, targetPort: 'http', nodePort: -1 }, port);
  const want = '0a 03 776562 18 50 22 0a 0801 1000 1a 04 68747470 28 ffffffffffffffffff01';
  assert.deepEqual(bytes, hex(want));
  // A Secret volume lies in a nested message, though not in JSON.
  const volume = encode({ name: 'v', secret: { secretName: 's' } }, typeSchema('Volume'));
  assert.deepEqual(volume, hex('0a 01 76 12 05 32 03 0a 01 73'));
});

test('reads what other writers write: packed numbers, unknown fields, zero times, repeats', () => {
  const context = typeSchema('PodSecurityContext');
  const groups = [...context.fields.values()].find((field) => field.name === 'supplementalGroups');
  const number = groups?.wire[0] ?? 0;
  const tag = Buffer.from([(number << 3) | 2]).toString('hex');
  assert.deepEqual(decodeMessage(new Reader(hex(`${tag} 03 01 ac02`)), context), {
    supplementalGroups: [1, 300],
  });
  const meta = typeSchema('ObjectMeta');
  const unknown = 'f8ff03 01 fdff03 00000000 f9ff03 0000000000000000 faff03 00';
  assert.deepEqual(decodeMessage(new Reader(hex(`${unknown} 42 00 0a 01 61 0a 01 62`)), meta), {
    name: 'b',
  });
  assert.deepEqual(decodeMessage(new Reader(hex('5a 03 0a 01 61')), meta), { labels: { a: null } });
});

test('refuses what is not a message, whatever the bytes', () => {
  const pod = typeSchema('Pod');
  for (const bad of [
    '0a',
    '0a 05 00',
    '08 01',
    '0b',
    '00',
    'ffffffffffffffffffff01',
    '0a ffffffff0f',
  ]) {
    assert.throws(() => decodeMessage(new Reader(hex(bad)), pod), ProtobufProblem, bad);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeMessage(new Reader(bytes), pod);
      } catch (error) {
        assert.ok(error instanceof ProtobufProblem);
      }
    }),
    { numRuns: 2000 },
  );
});

test('bounds nesting', () => {
  let inner = new Uint8Array();
  for (let level = 0; level < 5000; level += 1) {
    const writer = new Writer();
    writer.bytes(28, inner);
    inner = new Uint8Array(writer.finish());
  }
  const type = typeSchema('JSONSchemaProps');
  assert.throws(() => decodeMessage(new Reader(inner), type), /exceeded max depth/);
});

test('wraps bodies in the envelope', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [] } };
  const type = schemaOf({ group: '', version: 'v1', kind: 'Pod' });
  assert.ok(type);
  const body = encodeProtobuf(pod, type);
  assert.equal(Buffer.from(body.subarray(0, 4)).toString(), 'k8s\0');
  const { object, ...words } = decodeProtobuf(body);
  assert.deepEqual(words, { apiVersion: 'v1', kind: 'Pod' });
  assert.deepEqual(object, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: {} });
  const frame = Buffer.from(encodeWatchFrame('ADDED', body));
  assert.equal(frame.readUInt32BE(), frame.length - 4);
  for (const bad of [new Uint8Array(), hex('6b387300'), Buffer.from('{"kind":"Pod"}')]) {
    assert.throws(
      () => decodeProtobuf(bad),
      (error) => isStatusError(error, 'BadRequest'),
    );
  }
});

test('text agrees with the platform, short and long, whole and broken', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = new Uint8Array(utf8Length(text));
      encodeUtf8(text, bytes, 0);
      assert.deepEqual(Buffer.from(bytes), Buffer.from(text));
      assert.equal(decodeUtf8(bytes, 0, bytes.length), Buffer.from(bytes).toString());
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.equal(decodeUtf8(bytes, 0, bytes.length), Buffer.from(bytes).toString());
    }),
  );
  const long = 'ä€😀x'.repeat(5000);
  assert.equal(decodeUtf8(Buffer.from(long), 0, Buffer.byteLength(long)), long);
});
