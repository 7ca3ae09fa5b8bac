import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import { constants, createDeflate, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { SpdyConnection, type SpdyStream, type StreamHandler } from './connection.ts';
import { headerDictionary } from './dictionary.ts';
import {
  dataHead,
  FrameReader,
  openFrame,
  pingFrame,
  resetFrame,
  type SpdyFrame,
} from './frames.ts';
import { HeaderReader, HeaderWriter } from './header-block.ts';

test('the dictionary is the one of the specification', async () => {
  assert.equal(headerDictionary.length, 1423);
  const compressed = await createDeflateBlock(Buffer.from('x'));
  // zlib names a preset dictionary by its Adler-32, behind its own two bytes.
  assert.equal(compressed.readUInt32BE(2), 0xe3c6a7c2);
});

function createDeflateBlock(plain: Buffer): Promise<Buffer> {
  const deflate = createDeflate({ dictionary: headerDictionary, flush: constants.Z_SYNC_FLUSH });
  const parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  return new Promise((resolve) => deflate.write(plain, () => resolve(Buffer.concat(parts))));
}

test('headers: what is written is a zlib stream that goes on from block to block', async () => {
  const writer = new HeaderWriter();
  const reader = new HeaderReader();
  const first = new Map([['streamType', 'stdin']]);
  const second = new Map([
    ['port', '8080'],
    ['requestID', 'ü'],
  ]);
  const blocks = [writer.block(first), writer.block(second)];
  assert.deepEqual(await reader.read(blocks[0]!), new Map([['streamtype', 'stdin']]));
  assert.deepEqual(
    [...(await reader.read(blocks[1]!))],
    [
      ['port', '8080'],
      ['requestid', 'ü'],
    ],
  );
  const whole = inflateSync(Buffer.concat(blocks), { finishFlush: constants.Z_SYNC_FLUSH });
  assert.equal(whole.readUInt32BE(0), 1);
  reader.close();
});

test('headers: a compressor that uses the dictionary is understood, what is no headers is refused', async () => {
  const plain = Buffer.from('\0\0\0\x01\0\0\0\x04host\0\0\0\x01x', 'latin1');
  const reader = new HeaderReader();
  assert.deepEqual([...(await reader.read(await createDeflateBlock(plain)))], [['host', 'x']]);
  await assert.rejects(reader.read(Buffer.from('nonsense that is not deflate')));
  await assert.rejects(reader.read(Buffer.from('after that')));
  const bomb = await createDeflateBlock(Buffer.alloc(1024 * 1024));
  await assert.rejects(new HeaderReader().read(bomb), /too long/);
});

test('frames: where a connection is cut makes no difference', () => {
  const frames = Buffer.concat([
    openFrame(1, Buffer.from('block')),
    dataHead(1, 5, false),
    Buffer.from('hello'),
    pingFrame(7),
    dataHead(1, 0, true),
    resetFrame(3, 5),
  ]);
  const said = (cuts: readonly number[]) => {
    const reader = new FrameReader();
    const all: SpdyFrame[] = [];
    let from = 0;
    for (const to of [...cuts, frames.length]) {
      all.push(...reader.read(frames.subarray(from, to)));
      from = to;
    }
    const text = all.map((each) => (each.type === 'data' ? each.payload.toString() : '')).join('');
    const kinds = all.filter((each) => each.type !== 'data' || each.last).map(({ type }) => type);
    return { text, kinds };
  };
  const expected = { text: 'hello', kinds: ['open', 'ping', 'data', 'reset'] };
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(frames.length)), (cuts) => {
      assert.deepEqual(said(cuts.sort((a, b) => a - b)), expected);
    }),
  );
});

test('frames: bytes of another protocol, and frames that are too long, are refused', () => {
  const read = (bytes: Buffer) => [...new FrameReader().read(bytes)];
  assert.throws(() => read(Buffer.from([0x80, 0x02, 0, 1, 0, 0, 0, 0])), /not a frame/);
  assert.throws(() => read(Buffer.from([0x80, 0x03, 0, 1, 0, 0xff, 0xff, 0xff])), /too long/);
});

function pair(
  accept?: (stream: SpdyStream, headers: ReadonlyMap<string, string>) => StreamHandler,
) {
  const [here, there] = duplexPair() as [Duplex, Duplex];
  const client = new SpdyConnection(here, { role: 'client', streamsMax: 0 });
  const server = new SpdyConnection(there, {
    role: 'server',
    streamsMax: 2,
    ...(accept ? { accept } : {}),
  });
  const served = Promise.all([client.serve(), server.serve()]);
  return { client, server, served };
}

const ignore: StreamHandler = { data: () => undefined, end: () => undefined };

test('a stream carries three megabytes there and back, and ends one half at a time', async () => {
  const { client, server, served } = pair((stream) => ({
    data: (chunk) => stream.write(chunk),
    end: () => stream.end(),
  }));
  const sent = Buffer.alloc(3 * 1024 * 1024, 'some words ');
  const hash = createHash('sha256');
  const ended = Promise.withResolvers<void>();
  const stream = await client.open(new Map([['a', 'b']]), {
    data: (chunk) => void hash.update(chunk),
    end: () => ended.resolve(),
  });
  await stream.write(sent);
  stream.end();
  await ended.promise;
  assert.equal(hash.digest('hex'), createHash('sha256').update(sent).digest('hex'));
  await client.close();
  await server.close();
  await served;
});

test('streams beyond the bound are refused, and so are all where nobody accepts', async () => {
  const { client } = pair(() => ignore);
  await client.open(new Map(), ignore);
  await client.open(new Map(), ignore);
  await assert.rejects(client.open(new Map(), ignore), /refused/);
  await assert.rejects(pair().client.open(new Map(), ignore), /refused/);
});

test('who waits for an answer hears that the connection is over', async () => {
  const [here, there] = duplexPair() as [Duplex, Duplex];
  const client = new SpdyConnection(here, { role: 'client', streamsMax: 0 });
  const served = client.serve();
  const opened = client.open(new Map(), ignore);
  there.end();
  await assert.rejects(opened, /refused/);
  await served;
});
