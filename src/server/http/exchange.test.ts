import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warningHeaders } from './exchange.ts';

const valuesOf = (warnings: readonly string[]) => warningHeaders(warnings)['warning'] as string[];

test('a warning is told whole, once, and quoted', () => {
  const long = `a "word" ${'x'.repeat(1000)}`;
  assert.deepEqual(valuesOf([long, long]), [`299 - "a \\"word\\" ${'x'.repeat(1000)}"`]);
  assert.deepEqual(valuesOf(['two\nlines', 'ü']), ['299 - "two lines"', '299 - "Ã¼"']);
  assert.deepEqual(warningHeaders([]), {});
});

test('of warnings that are too long together each is told by its beginning', () => {
  const values = valuesOf(['short', 'x'.repeat(5000)]);
  assert.deepEqual(values, ['299 - "short"', `299 - "${'x'.repeat(256)}..."`]);
  const many = valuesOf(Array.from({ length: 100 }, (_, at) => `${at} ${'x'.repeat(300)}`));
  assert.ok(many.length > 10 && many.join('').length <= 4096, String(many.length));
});
