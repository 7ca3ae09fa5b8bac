import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '#api/object.ts';
import type { Stored } from './core.ts';
import { sharedOf, valueOf } from './stored.ts';

const decoder = new TextDecoder();

interface Widget extends KubeObject {
  readonly spec?: Record<string, unknown>;
  readonly status?: unknown;
}

/** As an update makes it: `change` gets the shared object and gives a new one with parts of it. */
type Change = (object: Widget) => Widget;

const texts = fc.string({ unit: 'binary', maxLength: 6 }).map((text) => text.toWellFormed());
const parts = fc.oneof(
  texts,
  fc.integer(),
  fc.constant(null),
  fc.dictionary(texts, texts, { noNullPrototype: true }),
);
const changes: fc.Arbitrary<Change> = fc.oneof(
  parts.map(
    (status): Change =>
      (object) => ({ ...object, status }),
  ),
  fc.tuple(texts, parts).map(
    ([name, part]): Change =>
      ({ spec, ...object }) => ({
        ...object,
        spec: Object.fromEntries([...Object.entries(spec ?? {}), [name, part]]),
      }),
  ),
  texts.map(
    (name): Change =>
      ({ spec, ...object }) => ({
        ...object,
        spec: Object.fromEntries(Object.entries(spec ?? {}).filter(([other]) => other < name)),
      }),
  ),
  fc.constant<Change>(({ spec: _, ...object }) => object),
  texts.map(
    (note): Change =>
      ({ metadata, ...object }) => ({
        ...object,
        metadata: { ...metadata, annotations: { note } },
      }),
  ),
);

test('bytes say what the object is, whatever of them was taken from the bytes before', () => {
  const first: Widget = {
    apiVersion: 'v1',
    kind: 'Widget',
    metadata: { name: 'w' },
    spec: { a: 'ä', b: { c: 1 } },
  };
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 6 }), (list) => {
      let stored: Stored | undefined;
      for (const [index, change] of [(object: Widget) => object, ...list].entries()) {
        const modRevision = index + 1;
        const value = valueOf(change((stored?.object as Widget | undefined) ?? first), stored);
        stored = sharedOf({ key: 'w', value, createRevision: 1, modRevision }, () => undefined);
        assert.deepEqual(JSON.parse(decoder.decode(stored.bytes)), stored.object);
        assert.equal(stored.object.metadata.resourceVersion, String(modRevision));
      }
    }),
  );
});
