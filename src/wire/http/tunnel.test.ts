import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { systemClock } from '#sys/clock.ts';
import { createAuthority, issueServer } from '../pki/authority.ts';
import { openTunnel } from './tunnel.ts';

/** What a client sends is pushed, what it gets is gathered. */
class Client extends Duplex {
  got = '';

  override _read(): void {
    // `push` is called by the test.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.got += chunk.toString();
    this.emit('got');
    done();
  }
}

test('what the other side said before it broke off is delivered, though a write fails', async () => {
  const server = new Worker(new URL('./testing/rude-server.ts', import.meta.url));
  try {
    const [port] = (await once(server, 'message')) as [number];
    const client = new Client();
    const request = { method: 'POST', rawHeaders: [] } as unknown as IncomingMessage;
    const over = new Promise<void>((resolve) => {
      const target = { host: '127.0.0.1', port, path: '/' };
      openTunnel(request, client, Buffer.alloc(0), target, resolve);
    });
    await once(client, 'got');
    client.once('data', () => {
      setImmediate(() => {
        // The answer and the reset arrive while this thread is busy; then the client goes on talking.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
        client.push('more');
      });
    });
    client.push('word');
    await over;
    assert.match(client.got, /answer$/);
  } finally {
    await server.terminate();
  }
});

test('a place that speaks TLS is spoken to so, whoever signed its certificate', async () => {
  const authority = await createAuthority(systemClock);
  const keys = await issueServer(authority, systemClock, { commonName: 'x', names: ['x.test'] });
  const server = createServer({ cert: keys.certificate, key: keys.key });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n\r\n${request.url}: `);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new Client();
  const rawHeaders = ['Connection', 'Upgrade', 'Upgrade', 'echo'];
  const request = { method: 'GET', rawHeaders } as unknown as IncomingMessage;
  const target = { host: '127.0.0.1', port, path: '/talk', secure: true };
  const over = new Promise<void>((resolve) =>
    openTunnel(request, client, Buffer.alloc(0), target, resolve),
  );
  client.push('word');
  while (!client.got.endsWith('/talk: word')) await once(client, 'got');
  client.push(null);
  client.destroy();
  await over;
  server.close();
});
