import assert from 'node:assert/strict';
import { isIP as nodeIsIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { cidrContains, formatCIDR, formatIP, isCIDR, isIP, parseCIDR, parseIP } from './ip.ts';

test('addresses read back as they are written', () => {
  const cases = {
    '10.9.8.7': '10.9.8.7',
    '010.1.002.3': '10.1.2.3',
    '::': '::',
    '::1': '::1',
    '2001:DB8:0:0:1::1': '2001:db8::1:0:0:1',
    '1:0:0:2:0:0:0:3': '1:0:0:2::3',
    '1:2:3:4:5:6:0:8': '1:2:3:4:5:6:0:8',
    'fe80::': 'fe80::',
    '::ffff:10.0.0.1': '10.0.0.1',
    '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
  };
  for (const [text, canonical] of Object.entries(cases)) {
    const ip = parseIP(text);
    assert.ok(ip, text);
    assert.equal(formatIP(ip), canonical);
    assert.deepEqual(parseIP(canonical), ip);
  }
});

test('what is no address', () => {
  const texts = ['', '1.2.3', '1.2.3.256', '1.2.3.4.5', 'a.b.c.d', ':::', '1::2::3', '12345::'];
  texts.push(
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    'fe80::1%eth0',
    '1.2.3.4::',
  );
  texts.push(' 1.2.3.4', '1:', ':1');
  for (const text of texts) {
    assert.deepEqual(
      isIP(text),
      ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
      text,
    );
  }
});

test('agrees with the system about addresses', () => {
  const texts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: fc.constantFrom(...'0f1:.') }));
  fc.assert(
    fc.property(texts, (text) => {
      // Node is strict about leading zeros.
      fc.pre(!/(^|\.)0\d/.test(text));
      assert.equal(isIP(text).length === 0, nodeIsIP(text) !== 0, text);
    }),
    { numRuns: 1000 },
  );
});

test('blocks', () => {
  const block = parseCIDR('10.9.8.7/16');
  assert.ok(block);
  assert.equal(formatCIDR(block), '10.9.0.0/16');
  const within = (text: string): boolean => {
    const ip = parseIP(text);
    return ip !== undefined && cidrContains(block, ip);
  };
  assert.deepEqual(['10.9.255.1', '10.10.0.0', '::1'].map(within), [true, false, false]);
  assert.equal(parseCIDR('::ffff:10.0.0.0/104')?.prefix, 8);
  for (const text of [
    '10.0.0.0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0/8',
    '::ffff:1.2.3.4/8',
  ]) {
    assert.equal(isCIDR(text).length, 1, text);
  }
  assert.deepEqual(isCIDR('::/0'), []);
});
