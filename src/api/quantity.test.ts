import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  millisOf,
  parseQuantity,
  quantityError,
  subtractQuantities,
  unitsOf,
} from './quantity.ts';

test('the canonical form', () => {
  const cases: [string, string][] = [
    ['0', '0'],
    ['-0', '0'],
    ['0Mi', '0'],
    ['1', '1'],
    ['+1', '1'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['100m', '100m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1Ki', '1Ki'],
    ['1024Ki', '1Mi'],
    ['2048Mi', '2Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.1Mi', '104857600m'],
    ['512Ki', '512Ki'],
    ['0.5Ki', '512'],
    ['1000Ki', '1000Ki'],
    ['0.0001Ki', '102400u'],
    ['12e6', '12e6'],
    ['12E6', '12e6'],
    ['1e3', '1e3'],
    ['1e-3', '1e-3'],
    ['1000e-3', '1'],
    ['1E', '1E'],
    ['1000P', '1E'],
    ['-1.5k', '-1500'],
    ['-2Gi', '-2Gi'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['-0.1n', '-1n'],
    ['1.0000000001', '1000000001n'],
    ['100E', '9223372036854775807'],
    ['1e99', '9223372036854775807'],
    ['-1e99', '-9223372036854775807'],
    ['1e-99', '1e-9'],
    ['8Ei', '9223372036854775807'],
    ['00012', '12'],
  ];
  for (const [text, expected] of cases) assert.equal(canonicalQuantity(text), expected, text);
});

test('what is not a quantity, in Kubernetes’ words', () => {
  const format =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  for (const text of ['', ' 1', '1 ', 'x', '1x', '1Gb', '1.2.3', '--1', '1,5', '.', '+', 'Gi']) {
    assert.equal(quantityError(text), format, text);
  }
  for (const text of ['1kk', '1K', '1mi', '1GiB'.slice(0, 3) + 'i', '1e', '1Mi3']) {
    assert.equal(quantityError(text), "unable to parse quantity's suffix", text);
  }
  assert.equal(quantityError('1Gi'), undefined);
});

const quantities = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.nat(1_000_000),
    fc.option(fc.nat(9999), { nil: undefined }),
    fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-3', 'E6'),
  )
  .map(([sign, whole, fraction, suffix]) =>
    fraction === undefined ? `${sign}${whole}${suffix}` : `${sign}${whole}.${fraction}${suffix}`,
  );

test('the canonical form is a fixed point of the same amount', () => {
  fc.assert(
    fc.property(quantities, (text) => {
      const canonical = canonicalQuantity(text);
      assert.ok(canonical !== undefined);
      assert.equal(parseQuantity(canonical), parseQuantity(text));
      assert.equal(canonicalQuantity(canonical), canonical);
      assert.doesNotMatch(canonical, /\.|^\+|^-0/);
    }),
  );
});

test('arithmetic is exact', () => {
  fc.assert(
    fc.property(quantities, quantities, (left, right) => {
      const one = parseQuantity(left) ?? 0n;
      const other = parseQuantity(right) ?? 0n;
      assert.equal(parseQuantity(addQuantities(left, right)), one + other);
      assert.equal(parseQuantity(subtractQuantities(left, right)), one - other);
      assert.equal(compareQuantities(left, right), one < other ? -1 : one > other ? 1 : 0);
    }),
  );
});

test('a sum keeps the form of its left side, unless that is zero', () => {
  assert.equal(addQuantities('1Gi', '1024Mi'), '2Gi');
  assert.equal(addQuantities('1Gi', '1'), '1073741825');
  assert.equal(addQuantities('0', '1Gi'), '1Gi');
  assert.equal(addQuantities('100m', '0.9'), '1');
  assert.equal(subtractQuantities('1Gi', '1Gi'), '0');
  assert.equal(formatQuantity(1n), '1n');
});

test('numbers round away from zero', () => {
  assert.equal(millisOf('1'), 1000);
  assert.equal(millisOf('1n'), 1);
  assert.equal(millisOf('0.0015'), 2);
  assert.equal(unitsOf('1500m'), 2);
  assert.equal(unitsOf('-1500m'), -2);
  assert.equal(unitsOf('1Gi'), 1_073_741_824);
});
