import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeRecord, encodeRecord, findLog } from './log-record.ts';
import { type RecordRow, readRows } from './record-format.ts';

const salt = 0xfeed_beef;

const row: fc.Arbitrary<RecordRow> = fc.record({
  revision: fc.maxSafeNat(),
  position: fc.nat(1023),
  key: fc.string({ unit: 'grapheme' }),
  createRevision: fc.maxSafeNat(),
  deadline: fc.option(fc.maxSafeNat(), { nil: undefined }),
  bytes: fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined }),
});

function rowsNumbered(sequence: number): RecordRow[] {
  const bytes = Buffer.from('x'.repeat((sequence * 37) % 200));
  const revision = sequence + 1;
  return [
    { revision, position: 0, key: `k${sequence}`, createRevision: 2, deadline: undefined, bytes },
  ];
}

function segment(sequences: readonly number[], size = 16_384): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(size);
  let at = 0;
  for (const sequence of sequences) {
    at += encodeRecord(salt, sequence, rowsNumbered(sequence)).copy(bytes, at);
  }
  return bytes;
}

function from(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function found(sequence: number, ...segments: Buffer<ArrayBuffer>[]): number[] | undefined {
  return findLog(segments, salt, sequence)?.records.map((record) => record.sequence);
}

describe('a record', () => {
  test('gives back the rows that went in', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.maxSafeNat(), (rows, sequence) => {
        const bytes = Buffer.from(encodeRecord(salt, sequence, rows));
        const record = decodeRecord(bytes, 0, salt);
        assert.ok(record);
        assert.equal(record.sequence, sequence);
        assert.equal(record.end, bytes.length);
        assert.deepEqual(
          [...readRows(record.rows)],
          rows.map(({ bytes: content, ...rest }) => ({
            ...rest,
            bytes: content && new Uint8Array(content),
          })),
        );
      }),
    );
  });

  test('is nothing when a bit of it is another, or of another salt, or cut short', () => {
    const whole = Buffer.from(encodeRecord(salt, 7, rowsNumbered(7)));
    assert.equal(decodeRecord(whole, 0, salt + 1), undefined);
    const used = whole.findLastIndex((byte) => byte !== 0) + 1;
    for (let at = 0; at < used; at++) {
      const bent = Buffer.from(whole);
      bent[at] = (bent[at] as number) ^ 4;
      assert.equal(decodeRecord(bent, 0, salt), undefined, `byte ${at}`);
      assert.equal(decodeRecord(whole.subarray(0, at), 0, salt), undefined, `length ${at}`);
    }
  });
});

describe('what the log holds', () => {
  test('begins after what was absorbed, and goes over both segments, whichever is the older', () => {
    const older = segment(from(11, 30));
    const newer = segment(from(31, 40));
    assert.deepEqual(found(10, older, newer), from(11, 40));
    assert.deepEqual(found(25, newer, older), from(26, 40));
    assert.deepEqual(found(40, older, newer), []);
    assert.deepEqual(found(0, Buffer.alloc(0), Buffer.alloc(64)), []);
  });

  test('goes on where it ended', () => {
    const full = segment(from(11, 30));
    const [end = 0, half = 0] = [30, 20].map(
      (wanted) =>
        findLog([full], salt, 10)?.records.find(({ sequence }) => sequence === wanted)?.end,
    );
    const rest = segment(from(31, 33));
    const restEnd = findLog([rest], salt, 30)?.records.at(-1)?.end;
    const begin = { written: 0, absorbed: 0 };
    const cases = [
      {
        absorbed: 10,
        segments: [full, rest],
        active: 1,
        fills: [
          { written: end, absorbed: 0 },
          { written: restEnd, absorbed: 0 },
        ],
      },
      {
        absorbed: 20,
        segments: [rest, full],
        active: 0,
        fills: [
          { written: restEnd, absorbed: 0 },
          { written: end, absorbed: half },
        ],
      },
      {
        absorbed: 20,
        segments: [full, Buffer.alloc(9)],
        active: 0,
        fills: [{ written: end, absorbed: half }, begin],
      },
      { absorbed: 30, segments: [full, Buffer.alloc(0)], active: 0, fills: [begin, begin] },
      { absorbed: 33, segments: [full, rest], active: 1, fills: [begin, begin] },
    ];
    for (const { absorbed, segments, active, fills } of cases) {
      const start = findLog(segments, salt, absorbed)?.start;
      assert.deepEqual(start?.segments, fills, `absorbed ${absorbed}`);
      assert.equal(start.active, active, `absorbed ${absorbed}`);
    }
  });

  test('knows the new records of a segment from those of its earlier use', () => {
    const reused = segment(from(1, 60));
    segment(from(101, 110), 1000).copy(reused, 0, 0, 900);
    const first = segment(from(61, 100));
    const records = found(60, first, reused);
    assert.deepEqual(records, from(61, records?.at(-1) ?? 0));
    assert.ok((records?.length ?? 0) > 40);
  });

  test('ends before a record that is not whole', () => {
    const bytes = segment(from(1, 20));
    const { end = 0 } = findLog([bytes], salt, 0)?.records.at(-2) ?? {};
    const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
    for (let cut = end; cut < used; cut++) {
      const torn = Buffer.from(bytes).fill(0, cut);
      assert.deepEqual(found(0, torn), from(1, 19), `cut at ${cut}`);
    }
    assert.deepEqual(found(0, bytes), from(1, 20));
  });

  test('is damaged when something is missing before its end', () => {
    const bytes = segment(from(1, 20));
    const [first, second] = findLog([bytes], salt, 0)?.records ?? [];
    for (const at of [0, first?.end ?? 0, second?.end ?? 0]) {
      const bent = Buffer.from(bytes);
      bent[at + 30] = (bent[at + 30] as number) ^ 1;
      assert.equal(found(0, bent, Buffer.alloc(100)), undefined, `at ${at}`);
    }
    assert.equal(found(0, segment(from(1, 20)), segment(from(22, 30))), undefined);
    assert.equal(found(5, segment(from(7, 9))), undefined);
  });
});
