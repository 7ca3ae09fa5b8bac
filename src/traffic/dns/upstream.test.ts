import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { ManualTime } from '#store/testing/manual-time.ts';
import { decodeQuery, encodeAnswer, encodeQuery, resourcesOf } from '#wire/dns/message.ts';
import { serversOf, Upstream } from './upstream.ts';

/** What the fake server was asked, `udp big.test`; names say what it does. */
const asked: string[] = [];
const good = '127.0.0.1';
/** Nobody is there: its port is closed. */
const closed = '127.0.0.2';
const silent = '127.0.0.3';
const bigCount = 200;
const seconds = 60;
let port = 0;
let udp: Socket;
let mute: Socket;
let tcp: Server;

function answer(bytes: Uint8Array, over: 'udp' | 'tcp'): Uint8Array {
  const query = decodeQuery(bytes);
  assert.ok(query);
  const { name } = query.question;
  asked.push(`${over} ${name}`);
  const count = name === 'big.test' ? bigCount : 1;
  const answers = Array.from({ length: count }, (_, index) => ({
    name,
    type: 'A' as const,
    ttl: seconds,
    data: `203.0.113.${index}`,
  }));
  const failed = { code: 'SERVFAIL' as const, authoritative: false, answers: [] };
  const found = { code: 'NOERROR' as const, authoritative: false, answers };
  return encodeAnswer(
    query,
    name === 'broken.test' ? failed : found,
    over === 'udp' ? 512 : 65_535,
  );
}

before(async () => {
  udp = createSocket('udp4', (bytes, from) =>
    udp.send(answer(bytes, 'udp'), from.port, from.address),
  );
  udp.bind(0, good);
  await once(udp, 'listening');
  ({ port } = udp.address());
  mute = createSocket('udp4');
  mute.bind(port, silent);
  await once(mute, 'listening');
  tcp = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      const reply = Buffer.from(answer(chunk.subarray(2), 'tcp'));
      const head = Buffer.alloc(2);
      head.writeUInt16BE(reply.length);
      // In two pieces, as networks do.
      socket.write(Buffer.concat([head, reply.subarray(0, 100)]));
      setImmediate(() => socket.end(reply.subarray(100)));
    });
  });
  tcp.listen(port, good);
  await once(tcp, 'listening');
});

after(() => {
  udp.close();
  mute.close();
  tcp.close();
});

function open(...servers: string[]) {
  asked.length = 0;
  const time = new ManualTime();
  const upstream = new Upstream({ clock: time, timers: time, servers, port });
  const ask = async (name: string, id = 1): Promise<Uint8Array> => {
    const bytes = encodeQuery(id, name, 'A');
    const query = decodeQuery(bytes);
    assert.ok(query);
    return upstream.ask(query, bytes);
  };
  return { time, ask };
}

test('asked once, then kept as long as the answer allows, its records growing older', async () => {
  const { time, ask } = open(good);
  await ask('kept.test');
  time.advance(20_000);
  const later = await ask('KEPT.test', 77);
  assert.deepEqual(asked, ['udp kept.test']);
  assert.equal((later[0] ?? 0) * 256 + (later[1] ?? 0), 77);
  assert.deepEqual(resourcesOf(later), [
    { name: 'KEPT.test', type: 'A', ttl: seconds - 20, data: '203.0.113.0' },
  ]);
  time.advance(40_001);
  await ask('kept.test');
  assert.equal(asked.length, 2);
});

test('many who ask at once are one question, and each gets its own id', async () => {
  const { ask } = open(good);
  const answers = await Promise.all([5, 6, 7].map((id) => ask('once.test', id)));
  assert.deepEqual(asked, ['udp once.test']);
  assert.deepEqual(
    answers.map((bytes) => bytes[1]),
    [5, 6, 7],
  );
});

test('what did not fit is asked again over TCP', async () => {
  const { ask } = open(good);
  assert.equal(resourcesOf(await ask('big.test')).length, bigCount);
  assert.deepEqual(asked, ['udp big.test', 'tcp big.test']);
});

test('a failure is passed on and not kept', async () => {
  const { ask } = open(good);
  assert.equal(((await ask('broken.test'))[3] ?? 0) & 0xf, 2);
  await ask('broken.test');
  assert.equal(asked.length, 2);
});

test('the next server is asked when one refuses', async () => {
  const { ask } = open(closed, good);
  assert.equal(resourcesOf(await ask('next.test')).length, 1);
});

test('the next server is asked when one is silent for two seconds', async () => {
  const { time, ask } = open(silent, good);
  const heard = once(mute, 'message');
  const answered = ask('late.test');
  await heard;
  assert.deepEqual(asked, []);
  time.advance(2000);
  assert.equal(resourcesOf(await answered).length, 1);
});

test('nobody answers: that is said', async () => {
  await assert.rejects(open(closed).ask('none.test'), /ECONNREFUSED/);
  await assert.rejects(open().ask('none.test'), /no DNS server/);
});

test('servers of resolv.conf, without ourselves', () => {
  const text = '# nameserver 9.9.9.9\nsearch a\nnameserver 192.0.2.53\n nameserver 10.96.0.10\n';
  assert.deepEqual(serversOf(text, ['10.96.0.10']), ['192.0.2.53']);
});
