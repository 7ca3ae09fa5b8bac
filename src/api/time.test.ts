import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, humanDuration, parseDuration } from './duration.ts';
import { formatMicroTime, formatTime, parseTime } from './time.ts';

test('times', () => {
  const ms = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
  assert.equal(formatTime(ms), '2026-02-03T04:05:06Z');
  assert.equal(formatMicroTime(ms), '2026-02-03T04:05:06.789000Z');
  assert.equal(parseTime('2026-02-03T04:05:06.789Z'), ms);
  assert.equal(parseTime('2026-02-03T05:05:06+01:00'), ms - 789);
  assert.equal(formatTime(-1), '1969-12-31T23:59:59Z');
  for (const text of ['', 'now', '2026-02-30T00:00:00Z', '2026-02-03', undefined]) {
    assert.ok(Number.isNaN(parseTime(text)));
  }
});

test('ages for people', () => {
  const cases: [seconds: number, text: string][] = [
    [-3, '<invalid>'],
    [-1.5, '0s'],
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [330, '5m30s'],
    [600, '10m'],
    [10_799, '179m'],
    [10_800, '3h'],
    [12_600, '3h30m'],
    [28_800, '8h'],
    [172_799, '47h'],
    [172_800, '2d'],
    [273_600, '3d4h'],
    [691_200, '8d'],
    [63_071_999, '729d'],
    [63_072_000, '2y'],
    [65_923_200, '2y33d'],
    [252_288_000, '8y'],
  ];
  for (const [seconds, text] of cases) assert.equal(humanDuration(seconds * 1000), text);
  assert.equal(humanDuration(Number.NaN), '<unknown>');
});

test('Go durations', () => {
  assert.equal(parseDuration('1h2m3.5s'), 3_723_500);
  assert.equal(parseDuration('-1.5ms'), -1.5);
  assert.equal(parseDuration('5'), undefined);
  assert.equal(formatDuration(3_600_000), '1h0m0s');
  assert.equal(formatDuration(0.001), '1µs');
});
