import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTime, parseTime } from '../time.ts';
import { nextTime, parseSchedule, type Schedule } from './schedule.ts';
import { wallClockOf, type WallClock } from './wall-clock.ts';

function schedule(text: string): Schedule {
  const parsed = parseSchedule(text);
  assert.ok(typeof parsed !== 'string', text);
  return parsed.schedule;
}

function clock(zone: string): WallClock {
  const found = wallClockOf(zone);
  assert.ok(found, zone);
  return found;
}

const errors: readonly [string, string][] = [
  ['', 'empty spec string'],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['* * * * 7', 'end of range (7) above maximum (6): 7'],
  ['5-2 * * * *', 'beginning of range (5) beyond end of range (2): 5-2'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@never', 'unrecognized descriptor: @never'],
  ['@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"'],
];

test('what is no schedule', () => {
  for (const [text, expected] of errors) assert.equal(parseSchedule(text), expected);
});

const times: readonly [text: string, zone: string, after: string, ...next: string[]][] = [
  ['*/15 * * * *', 'UTC', '2026-01-01T00:00:00Z', '2026-01-01T00:15:00Z', '2026-01-01T00:30:00Z'],
  ['@hourly', 'UTC', '2026-12-31T23:00:01Z', '2027-01-01T00:00:00Z'],
  ['0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
  ['0 12 * jan,MAR MON-wed', 'UTC', '2026-01-07T12:00:00Z', '2026-01-12T12:00:00Z'],
  // Both restrict: either will do. A star with a step of one does not restrict.
  ['0 0 13 * 5', 'UTC', '2026-02-01T00:00:00Z', '2026-02-06T00:00:00Z', '2026-02-13T00:00:00Z'],
  ['0 0 */1 * 5', 'UTC', '2026-02-01T00:00:00Z', '2026-02-06T00:00:00Z', '2026-02-13T00:00:00Z'],
  ['0 0 */2 * 5', 'UTC', '2026-02-04T00:00:00Z', '2026-02-05T00:00:00Z', '2026-02-06T00:00:00Z'],
  ['5/20 1 * * *', 'UTC', '2026-01-01T00:00:00Z', '2026-01-01T01:05:00Z', '2026-01-01T01:25:00Z'],
  ['@every 90m', 'UTC', '2026-01-01T00:00:30Z', '2026-01-01T01:30:30Z'],
  ['0 9 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', '2026-01-01T03:30:00Z'],
  ['0 9 * * *', 'Europe/Berlin', '2026-07-01T00:00:00Z', '2026-07-01T07:00:00Z'],
  // The clock skips 02:30: the day is left out. It repeats 02:30: it comes twice.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00Z'],
  [
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-24T12:00:00Z',
    '2026-10-25T00:30:00Z',
    '2026-10-25T01:30:00Z',
    '2026-10-26T01:30:00Z',
  ],
  // Midnight itself is skipped here.
  ['0 0 * * *', 'America/Santiago', '2026-09-05T12:00:00Z', '2026-09-07T03:00:00Z'],
];

test('when it is due', () => {
  for (const [text, zone, after, ...expected] of times) {
    const parsed = schedule(text);
    let at = parseTime(after);
    for (const each of expected) {
      at = nextTime(parsed, clock(zone), at) ?? Number.NaN;
      assert.equal(formatTime(at), each, `${text} in ${zone}`);
    }
  }
  assert.equal(
    nextTime(schedule('0 0 30 2 *'), clock('UTC'), parseTime('2026-01-01T00:00:00Z')),
    undefined,
  );
});

test('time zones', () => {
  for (const zone of ['Mars/Olympus', '', '+02:00', 'a b', '../etc']) {
    assert.equal(wallClockOf(zone), undefined, zone);
  }
  const moment = parseTime('2026-07-01T22:30:00Z');
  const wall = clock('Europe/Berlin').at(moment);
  assert.deepEqual(wall, { year: 2026, month: 7, day: 2, hour: 0, minute: 30, weekday: 4 });
});

test('time only goes on, and nothing that fits is left out', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
  const texts = fc.constantFrom('*/7 * * * *', '0 */5 * * *', '15 3 * * 1', '30 2 * * *', '@daily');
  const from = parseTime('2026-01-01T00:00:00Z') / 60_000;
  const moments = fc.integer({ min: from, max: from + 2 * 365 * 24 * 60 });
  fc.assert(
    fc.property(zones, texts, moments, (zone, text, minute) => {
      const [parsed, wall] = [schedule(text), clock(zone)];
      const start = minute * 60_000;
      const next = nextTime(parsed, wall, start);
      assert.ok(next !== undefined && next > start && next % 60_000 === 0);
      assert.ok(fits(parsed, wall, next));
      const end = Math.min(next, start + 3 * 24 * 3_600_000);
      for (let at = start + 60_000; at < end; at += 60_000) assert.ok(!fits(parsed, wall, at));
    }),
    { numRuns: 40 },
  );
});

function fits(parsed: Schedule, wall: WallClock, at: number): boolean {
  assert.ok(parsed.type === 'fields');
  const { month, day, hour, minute, weekday } = wall.at(at);
  const { months, days, weekdays, hours, minutes, bothFit } = parsed;
  const isDay = bothFit
    ? days.has(day) && weekdays.has(weekday)
    : days.has(day) || weekdays.has(weekday);
  return months.has(month) && isDay && hours.has(hour) && minutes.has(minute);
}
