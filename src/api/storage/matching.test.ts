import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareQuantities } from '../quantity.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../types.ts';
import { matchingVolume } from './matching.ts';

const modes = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'];
const sizes = ['1Gi', '2Gi', '3Gi', '1Mi'];

interface Words {
  readonly size?: string;
  readonly modes?: readonly string[];
  readonly phase?: string;
  readonly for?: string;
  readonly more?: object;
  readonly labels?: Record<string, string>;
}

function volume(name: string, words: Words = {}): PersistentVolume {
  const { size = '1Gi', modes: accessModes = modes.slice(0, 1), phase = 'Available' } = words;
  const spec = {
    capacity: { storage: size },
    accessModes,
    ...(words.for && { claimRef: { namespace: 'd', name: words.for } }),
    ...words.more,
  };
  const metadata = { name, labels: words.labels };
  return { metadata, spec, status: { phase } } as unknown as PersistentVolume;
}

function claim(words: Words = {}): PersistentVolumeClaim {
  const { size: storage = '1Gi', modes: accessModes = modes.slice(0, 1) } = words;
  const spec = { accessModes, resources: { requests: { storage } }, ...words.more };
  const metadata = { namespace: 'd', name: 'c', uid: 'u' };
  return { metadata, spec } as unknown as PersistentVolumeClaim;
}

const table: readonly [what: string, Words, readonly PersistentVolume[], string | undefined][] = [
  ['none', {}, [], undefined],
  ['the smallest', {}, [volume('a', { size: '3Gi' }), volume('b', { size: '2Gi' })], 'b'],
  ['the first by name', {}, [volume('b'), volume('a')], 'a'],
  ['too small', {}, [volume('a', { size: '1Mi' })], undefined],
  ['not ready yet', {}, [volume('a', { phase: 'Pending' })], undefined],
  ['another class', {}, [volume('a', { more: { storageClassName: 'x' } })], undefined],
  ['another mode', {}, [volume('a', { more: { volumeMode: 'Block' } })], undefined],
  ['no such access', { modes }, [volume('a')], undefined],
  ['fewest modes to spare', {}, [volume('a', { modes }), volume('b', { size: '3Gi' })], 'b'],
  ['another’s', {}, [volume('a', { for: 'other' })], undefined],
  [
    'reserved, whatever its class',
    {},
    [volume('b'), volume('a', { for: 'c', phase: 'Bound', more: { storageClassName: 'x' } })],
    'a',
  ],
  ['reserved and too small', {}, [volume('b'), volume('a', { for: 'c', size: '1Mi' })], 'b'],
  [
    'by its labels',
    { more: { selector: { matchLabels: { a: 'b' } } } },
    [volume('a'), volume('b', { labels: { a: 'b' } })],
    'b',
  ],
];

test('which volume a claim gets', () => {
  for (const [what, words, volumes, expected] of table) {
    assert.equal(matchingVolume(claim(words), volumes)?.metadata.name, expected, what);
  }
  assert.equal(matchingVolume(claim(), [volume('a')], { mayTake: () => false }), undefined);
});

const capacityOf = ({ spec }: Pick<PersistentVolume, 'spec'>): string =>
  spec.capacity?.['storage'] ?? '0';

const someModes = fc.subarray(modes, { minLength: 1 });
const size = fc.constantFrom(...sizes);
const anyVolume = fc
  .tuple(fc.uuid(), size, someModes, fc.constantFrom('Available', 'Bound', 'Released'))
  .map(([name, ofSize, withModes, phase]) =>
    volume(name, { size: ofSize, modes: withModes, phase }),
  );

test('it suits, and no free volume with the same access is smaller', () => {
  fc.assert(
    fc.property(fc.array(anyVolume), size, someModes, (volumes, wanted, needed) => {
      const found = matchingVolume(claim({ size: wanted, modes: needed }), volumes);
      const suits = volumes.filter(
        ({ spec, status }) =>
          status?.phase === 'Available' &&
          compareQuantities(capacityOf({ spec }), wanted) >= 0 &&
          needed.every((mode) => spec.accessModes?.includes(mode)),
      );
      assert.equal(found === undefined, suits.length === 0);
      if (found === undefined) return;
      assert.ok(suits.includes(found));
      const alike = suits.filter(
        ({ spec }) => spec.accessModes?.length === found.spec.accessModes?.length,
      );
      for (const { spec } of alike) {
        assert.ok(compareQuantities(capacityOf({ spec }), capacityOf(found)) >= 0);
      }
    }),
  );
});
