import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as packet from 'dns-packet';
import fc from 'fast-check';
import { answerFor, fitting, inspectAnswer } from './forward.ts';
import { decodeQuery, encodeAnswer, encodeQuery, formatError, type Resource } from './message.ts';
import { walk } from './walk.ts';

/** A question as programs send it, with another reader's library. */
function ask(name: string, type: packet.RecordType = 'A', udpPayloadSize?: number): Uint8Array {
  const additionals: packet.Answer[] =
    udpPayloadSize === undefined
      ? []
      : [{ type: 'OPT', name: '.', udpPayloadSize, flags: 0, options: [] } as never];
  const flags = packet.RECURSION_DESIRED;
  return packet.encode({
    type: 'query',
    id: 4711,
    flags,
    questions: [{ name, type }],
    additionals,
  });
}

function read(bytes: Uint8Array): packet.DecodedPacket {
  return packet.decode(Buffer.from(bytes));
}

function queryOf(bytes: Uint8Array) {
  const query = decodeQuery(bytes);
  assert.ok(query);
  return query;
}

const found = (answers: readonly Resource[], additionals: readonly Resource[] = []) => ({
  code: 'NOERROR' as const,
  authoritative: true,
  answers,
  additionals,
});
const address = (name: string, data: string): Resource => ({ name, type: 'A', ttl: 5, data });

test('a question: its name in lower case, its type, what the asker can take', () => {
  const query = queryOf(ask('Web.Default.svc', 'SRV', 4096));
  assert.deepEqual(query.question, { name: 'web.default.svc', type: 'SRV' });
  assert.equal(query.id, 4711);
  assert.equal(query.udpBytes, 1232);
  assert.equal(queryOf(ask('a')).udpBytes, 512);
  assert.equal(queryOf(ask('a', 'A', 100)).udpBytes, 512);
  assert.ok(query.recursionDesired);
});

test('an answer gives the question back as it was written', () => {
  const query = queryOf(ask('WeB.default', 'A', 1232));
  const answer = read(encodeAnswer(query, found([address('web.default', '10.0.0.1')]), 512));
  assert.equal(answer.questions?.[0]?.name, 'WeB.default');
  assert.deepEqual(
    answer.answers?.map((each) => 'data' in each && each.data),
    ['10.0.0.1'],
  );
  assert.ok(answer.flag_aa && answer.flag_ra && answer.flag_rd && !answer.flag_tc);
  assert.equal(answer.additionals?.[0]?.type, 'OPT');
});

test('two dozen endpoints fit into 512 bytes; more come by TCP', () => {
  const name = 'database.shop.svc.cluster.local';
  const query = queryOf(ask(name));
  const addresses = (count: number) =>
    Array.from({ length: count }, (_, index) => address(name, `10.244.0.${index}`));
  const fits = encodeAnswer(query, found(addresses(28)), 512);
  assert.equal(read(fits).answers?.length, 28);
  assert.ok(fits.length <= 512);
  const tooMany = encodeAnswer(query, found(addresses(40)), 512);
  assert.ok(read(tooMany).flag_tc);
  assert.equal(read(tooMany).answers?.length, 0);
});

test('what was not asked for is left out before the asker is sent to TCP', () => {
  const query = queryOf(ask('a'));
  const many = Array.from({ length: 60 }, (_, index) => address(`t${index}.b`, '10.0.0.1'));
  const answer = read(encodeAnswer(query, found([address('a', '10.0.0.2')], many), 512));
  assert.equal(answer.answers?.length, 1);
  assert.equal(answer.additionals?.length, 0);
  assert.ok(!answer.flag_tc);
});

test('the target of an SRV record is written out, as RFC 2782 has it', () => {
  const query = queryOf(ask('_http._tcp.web.local', 'SRV'));
  const data = { priority: 0, weight: 1, port: 80, target: 'web.local' };
  const bytes = encodeAnswer(
    query,
    found([{ name: '_http._tcp.web.local', type: 'SRV', ttl: 5, data }]),
    512,
  );
  assert.ok(Buffer.from(bytes).subarray(-11).equals(Buffer.from('\x03web\x05local\0')));
});

test('no answer to an answer: two servers would talk for ever', () => {
  const query = queryOf(ask('a'));
  const answer = encodeAnswer(query, found([]), 512);
  assert.equal(decodeQuery(answer), undefined);
  assert.equal(formatError(answer), undefined);
});

test('what cannot be read is a format error with its id', () => {
  const cut = ask('web.default').slice(0, 15);
  assert.equal(decodeQuery(cut), undefined);
  const answer = read(formatError(cut) ?? new Uint8Array());
  assert.equal(answer.id, 4711);
  assert.equal((answer.flags ?? 0) & 0xf, 1);
  assert.equal(formatError(cut.slice(0, 11)), undefined);
});

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9-]{0,20}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
const ttl = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const uint16 = fc.integer({ min: 0, max: 65_535 });
const resource: fc.Arbitrary<Resource> = fc.oneof(
  fc.record({ name, ttl, type: fc.constant('A' as const), data: fc.ipV4() }),
  fc.record({ name, ttl, type: fc.constantFrom('CNAME' as const, 'PTR' as const), data: name }),
  fc.record({
    name,
    ttl,
    type: fc.constant('SRV' as const),
    data: fc.record({ priority: uint16, weight: uint16, port: uint16, target: name }),
  }),
);

test('property: another reader finds in an answer what was put into it', () => {
  const property = fc.property(name, fc.array(resource, { maxLength: 8 }), (asked, answers) => {
    const bytes = encodeAnswer(queryOf(ask(asked)), found(answers), 65_535);
    const seen = (read(bytes).answers ?? []).map((each) => {
      const { name: owner, type, ttl: age, data } = each as Resource;
      return { name: owner, type, ttl: age, data };
    });
    assert.deepEqual(
      JSON.parse(JSON.stringify(seen)),
      JSON.parse(JSON.stringify(answers.map(plain))),
    );
  });
  fc.assert(property);
});

/** In the order of the properties above. */
function plain({ name: owner, type, ttl: age, data }: Resource) {
  return { name: owner, type, ttl: age, data };
}

const query = queryOf(ask('a.b'));

function nothingThrows(bytes: Uint8Array): void {
  const asked = decodeQuery(bytes);
  if (asked) encodeAnswer(asked, found([address(asked.question.name || 'x', '10.0.0.1')]), 512);
  walk(bytes);
  formatError(bytes);
  inspectAnswer(bytes);
  answerFor(query, bytes.length < 2 ? new Uint8Array(12) : bytes, 10);
  fitting(query, bytes, 20);
}

test('property: hostile bytes are no reason to throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), nothingThrows), { numRuns: 2000 });
});

test('property: nor are good messages with damage', () => {
  const good = [
    ask('web.default', 'SRV', 1232),
    encodeAnswer(query, found([address('a.b', '1.2.3.4')]), 512),
  ];
  const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 });
  const property = fc.property(
    fc.constantFrom(...good),
    damage,
    fc.nat(80),
    (bytes, places, end) => {
      const damaged = bytes.slice(0, Math.max(2, bytes.length - (end > 40 ? end - 40 : 0)));
      for (const [at, value] of places) if (at < damaged.length) damaged[at] = value;
      nothingThrows(damaged);
    },
  );
  fc.assert(property, { numRuns: 2000 });
});

test('an answer of another server: how long it may be kept', () => {
  const reply = (message: packet.Packet): Uint8Array =>
    packet.encode({ type: 'response', id: 1, questions: [{ name: 'a', type: 'A' }], ...message });
  const answers: packet.Answer[] = [
    { name: 'a', type: 'CNAME', ttl: 300, data: 'b' },
    { name: 'b', type: 'A', ttl: 60, data: '10.0.0.1' },
  ];
  assert.deepEqual(inspectAnswer(reply({ answers })), { truncated: false, keepSeconds: 60 });
  const soa = { mname: 'n', rname: 'r', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 30 };
  const authorities: packet.Answer[] = [{ name: 'a', type: 'SOA', ttl: 900, data: soa }];
  assert.equal(inspectAnswer(reply({ flags: 3, authorities }))?.keepSeconds, 30);
  assert.equal(inspectAnswer(reply({ flags: 2, answers }))?.keepSeconds, 0);
  const cut = inspectAnswer(reply({ flags: packet.TRUNCATED_RESPONSE, answers }));
  assert.deepEqual(cut, { truncated: true, keepSeconds: 0 });
});

test('a kept answer: this asker’s id and case, records older, all else as it was', () => {
  const question = [1, 97, 1, 98, 0, 0, 65, 0, 1];
  // An HTTPS record (type 65), which nothing here knows, and an OPT, whose "age" is flags.
  const https = [0xc0, 12, 0, 65, 0, 1, 0, 0, 0, 50, 0, 3, 1, 2, 3];
  const opt = [0, 0, 41, 4, 208, 0, 0, 128, 0, 0, 0];
  const header = [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 1];
  const mine = answerFor(
    queryOf(Uint8Array.from([...ask('A.b').slice(0, 18), 65, 0, 1])),
    Uint8Array.from([...header, ...question, ...https, ...opt]),
    15,
  );
  const [id, name] = [4711 >> 8, 65];
  const expected = [
    id,
    4711 & 0xff,
    ...header.slice(2),
    1,
    name,
    ...question.slice(2),
    ...https,
    ...opt,
  ];
  expected[header.length + question.length + 9] = 35;
  assert.deepEqual([...mine], expected);
});

test('an answer that does not fit is cut to its head', () => {
  const bytes = encodeAnswer(query, found([address('a.b', '10.0.0.1')]), 512);
  assert.equal(fitting(query, bytes, bytes.length), bytes);
  const head = read(fitting(query, bytes, bytes.length - 1));
  assert.ok(head.flag_tc);
  assert.equal(head.questions?.[0]?.name, 'a.b');
  assert.equal(head.answers?.length, 0);
});

test('a question of our own can be read by ourselves', () => {
  const own = queryOf(encodeQuery(9, 'example.org', 'AAAA'));
  assert.deepEqual(own.question, { name: 'example.org', type: 'AAAA' });
});
