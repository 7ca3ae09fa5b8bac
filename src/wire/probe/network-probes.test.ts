import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { systemClock } from '#sys/clock.ts';
import { systemTimers } from '#sys/timers.ts';
import { networkProbes } from './network-probes.ts';

const host = '127.0.0.1';

/** A port where somebody listened a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A gRPC server of one answer: `body` as a protobuf message, then `status`. */
async function grpcServer(status: number, body: Uint8Array = new Uint8Array()) {
  const server = createHttp2Server();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc' },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () =>
      stream.sendTrailers({ 'grpc-status': String(status), 'grpc-message': 'no' }),
    );
    stream.end(status === 0 ? Buffer.from([0, 0, 0, 0, body.length, ...body]) : undefined);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, close: () => server.close() };
}

describe('a question by gRPC', () => {
  const probes = networkProbes(systemClock, systemTimers);
  const answers: [string, number, number[], string][] = [
    ['serving', 0, [8, 1], 'SERVING'],
    ['not serving', 0, [8, 2], 'NOT_SERVING'],
    ['nothing known', 0, [], 'UNKNOWN'],
    [
      'another service',
      12,
      [],
      'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): no',
    ],
    ['not found', 5, [], 'error: health rpc probe failed: rpc error: code = NOT_FOUND desc = no'],
  ];
  for (const [title, status, body, wanted] of answers) {
    it(title, async () => {
      const { port, close } = await grpcServer(status, Uint8Array.from(body));
      const said = probes.grpc(host, port, 'main', 1000);
      if (status === 0) assert.equal(await said, wanted);
      else await assert.rejects(said, { message: wanted });
      close();
    });
  }
  it('nobody there', async () => {
    const port = await closedPort();
    await assert.rejects(
      probes.grpc(host, port, '', 1000),
      /^Error: error: health rpc probe failed/,
    );
  });
});

describe('a question that nobody answers', () => {
  const probes = networkProbes(systemClock, systemTimers);
  it('fails in the words of Go over TCP', async () => {
    const port = await closedPort();
    const message = `dial tcp ${host}:${port}: connect: connection refused`;
    await assert.rejects(probes.tcp(host, port, 1000), { message });
  });
  it('fails in the words of Go over HTTP', async () => {
    const port = await closedPort();
    const question = { scheme: 'HTTP', host, port, path: '/health', headers: [], timeoutMs: 1000 };
    const message = `Get "http://${host}:${port}/health": dial tcp ${host}:${port}: connect: connection refused`;
    await assert.rejects(probes.http({ ...question, scheme: 'HTTP' }), { message });
  });
});

describe('an answer over HTTP', () => {
  const probes = networkProbes(systemClock, systemTimers);
  const asked = async (answer: (socket: Socket) => void) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
    }).listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const question = { host, port, path: '/', headers: [], timeoutMs: 5000 };
      return await probes.http({ ...question, scheme: 'HTTP' });
    } finally {
      server.close();
    }
  };

  it('counts though more comes than its length says', async () => {
    const { status } = await asked((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n12.5 3.1\n'),
    );
    assert.equal(status, 200);
  });

  it('counts though it never ends', async () => {
    const { status, body } = await asked((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.write('x'.repeat(20_000));
    });
    assert.equal(status, 200);
    assert.equal(body.length, 10 * 1024);
  });
});
