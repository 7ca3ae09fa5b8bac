import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { systemTimers } from '#sys/timers.ts';
import { SpdyConnection, type SpdyStream } from '../spdy/connection.ts';
import { channelsOf, type CommandStreams } from './channels.ts';
import { relayCommand } from './relay.ts';
import { type Played, playRuntime } from './testing/runtime.ts';
import { upgradeTo } from './upstream.ts';

const all: CommandStreams = { stdin: true, stdout: true, stderr: true, tty: false };
const terminal: CommandStreams = { stdin: true, stdout: true, stderr: false, tty: true };

/** A front that relays every upgrade to a played runtime. */
async function relay(
  script: (played: Played) => Promise<void>,
  { client = all, runtime = all } = {},
) {
  const node = await playRuntime(channelsOf(runtime).length, script);
  const front = createServer();
  front.on('upgrade', (request, socket, head) => {
    const upgraded = { request, socket, head };
    const done = relayCommand(upgraded, { target: node.target, client, runtime }, systemTimers);
    void done.then(() => socket.end());
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  return {
    port,
    node,
    close: () => {
      node.close();
      front.close();
    },
  };
}

async function webSocket(port: number, protocol?: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocol ? [protocol] : []);
  const messages: Buffer[] = [];
  socket.on('message', (data) => void messages.push(data as Buffer));
  const closed = once(socket, 'close') as Promise<[number]>;
  await once(socket, 'open');
  const on = (channel: number) =>
    Buffer.concat(messages.filter((each) => each[0] === channel).map((each) => each.subarray(1)));
  return { socket, closed, messages, said: (channel: number) => on(channel).toString() };
}

async function spdy(port: number, protocols: string, names: readonly string[]) {
  const target = { host: '127.0.0.1', port, path: '/' };
  const socket = await upgradeTo(target, {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': protocols,
  });
  const connection = new SpdyConnection(socket, { role: 'client', streamsMax: 0 });
  const over = connection.serve();
  const said: Record<string, string> = {};
  const streams = new Map<string, SpdyStream>();
  for (const name of names) {
    const data = (chunk: Buffer) => void (said[name] = (said[name] ?? '') + chunk.toString());
    const end = () => undefined;
    streams.set(name, await connection.open(new Map([['streamtype', name]]), { data, end }));
  }
  return { over, said, streams, connection };
}

/** Says its input back, once that has ended; then it ends, too. */
const cat = async ({ streams, input, succeed, close }: Played) => {
  await streams.get('stdout')?.write(Buffer.from(`got ${await input('stdin')}`));
  await streams.get('stderr')?.write(Buffer.from('and a complaint'));
  streams.get('stdout')?.end();
  streams.get('stderr')?.end();
  await succeed();
  await close();
};

test('WebSocket of version 5: the input can end, the outputs stay apart, the status comes last', async () => {
  const front = await relay(cat);
  const { socket, closed, messages, said } = await webSocket(front.port, 'v5.channel.k8s.io');
  assert.equal(socket.protocol, 'v5.channel.k8s.io');
  socket.send(Buffer.from('\0some '));
  socket.send(Buffer.from('\0words'));
  socket.send(Buffer.from([255, 0]));
  assert.equal((await closed)[0], 1000);
  assert.deepEqual([said(1), said(2)], ['got some words', 'and a complaint']);
  assert.deepEqual(JSON.parse(said(3)), { metadata: {}, status: 'Success' });
  assert.equal(messages.at(-1)?.[0], 3);
  front.close();
});

test('WebSocket in base64, and of the first version, whose success is silence', async () => {
  const silent = async ({ streams, succeed, close }: Played) => {
    await streams.get('stdout')?.write(Buffer.from('hello'));
    await succeed();
    await close();
  };
  const front = await relay(silent);
  const base64 = await webSocket(front.port, 'v4.base64.channel.k8s.io');
  await base64.closed;
  assert.deepEqual(base64.messages.map(String), [
    `1${btoa('hello')}`,
    `3${btoa('{"metadata":{},"status":"Success"}')}`,
  ]);
  const first = await webSocket(front.port);
  await first.closed;
  assert.deepEqual(first.messages.map(String), ['\u0001hello']);
  front.close();
});

test('a terminal: its size goes to the runtime, and a client without one does not hang', async () => {
  const sizes: string[] = [];
  const script = async ({ streams, input, succeed, close }: Played) => {
    await streams.get('stdout')?.write(Buffer.from('prompt'));
    await input('stdin');
    await succeed();
    await close();
    sizes.push(await input('resize'));
  };
  const front = await relay(script, { client: terminal, runtime: terminal });
  const { socket, closed, said } = await webSocket(front.port, 'v5.channel.k8s.io');
  socket.send(Buffer.from('\u0004{"Width":80}'));
  socket.send(Buffer.from([255, 0]));
  await closed;
  assert.deepEqual([said(1), sizes], ['prompt', ['{"Width":80}']]);
  front.close();

  const plain = await relay(script, { client: all, runtime: terminal });
  const names = ['error', 'stdin', 'stdout', 'stderr'];
  const client = await spdy(plain.port, 'v4.channel.k8s.io', names);
  client.streams.get('stdin')?.end();
  await client.over;
  assert.equal(client.said['stdout'], 'prompt');
  plain.close();
});

test('SPDY: the version is the client’s first that is known, old ones get the message alone', async () => {
  const failing = async ({ streams, close }: Played) => {
    const status = { status: 'Failure', reason: 'NonZeroExitCode', message: 'exit code 7' };
    await streams.get('error')?.write(Buffer.from(JSON.stringify(status)));
    await close();
  };
  const front = await relay(failing);
  const names = ['error', 'stdin', 'stdout', 'stderr'];
  const now = await spdy(front.port, 'v9.channel.k8s.io, v4.channel.k8s.io', names);
  await now.over;
  assert.equal(JSON.parse(now.said['error'] ?? '').reason, 'NonZeroExitCode');
  const old = await spdy(front.port, 'v2.channel.k8s.io', names);
  await old.over;
  assert.equal(old.said['error'], 'exit code 7');
  await assert.rejects(spdy(front.port, 'v9.channel.k8s.io', names), /403 unable to upgrade/);
  front.close();
});

test('a runtime that vanishes is a failure for the client, one that refuses an answer', async () => {
  const front = await relay(async ({ vanish }) => vanish());
  const { closed, said } = await webSocket(front.port, 'v5.channel.k8s.io');
  await closed;
  assert.match(said(3), /"Failure".*broke off/);
  front.close();

  const nobody = await relay(cat);
  nobody.node.close();
  await assert.rejects(
    spdy(nobody.port, 'v4.channel.k8s.io', []),
    /502 error dialing backend: .*ECONNREFUSED/,
  );
  nobody.close();
});

test('a client that goes away takes the connection to the runtime with it', async () => {
  const left = Promise.withResolvers<string>();
  const front = await relay(async ({ input }) => left.resolve(await input('stdin')));
  const { socket } = await webSocket(front.port, 'v5.channel.k8s.io');
  socket.send(Buffer.from('\0half a'));
  socket.terminate();
  await left.promise;
  front.close();
});
