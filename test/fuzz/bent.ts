/** Bytes that were right once: what a broken line, a half-written file or an attacker hands in. */
import fc from 'fast-check';

type Bend = (bytes: Uint8Array, at: number, value: number) => Uint8Array;

const bends: Readonly<Record<string, Bend>> = {
  changed: (bytes, at, value) => bytes.with(at, value),
  cut: (bytes, at) => bytes.subarray(0, at),
  headless: (bytes, at) => bytes.subarray(at),
  inserted: (bytes, at, value) =>
    Uint8Array.of(...bytes.subarray(0, at), value, value, ...bytes.subarray(at)),
  doubled: (bytes, at) => Uint8Array.of(...bytes, ...bytes.subarray(at)),
  blank: (bytes, at, value) => new Uint8Array(bytes).fill(value, at, at + 8),
};

/** One to four bends of `bytes`; now and then bytes that have nothing to do with them. */
export function bent(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const one = fc.record({
    how: fc.constantFrom(...Object.keys(bends)),
    where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x22, 0x7b), fc.nat({ max: 255 })),
  });
  const several = fc.array(one, { minLength: 1, maxLength: 4 }).map((list) =>
    list.reduce((now, { how, where, value }) => {
      const bend = bends[how];
      return now.length === 0 || !bend ? now : bend(now, Math.floor(where * now.length), value);
    }, bytes),
  );
  return fc.oneof({ weight: 9, arbitrary: several }, { weight: 1, arbitrary: fc.uint8Array() });
}
