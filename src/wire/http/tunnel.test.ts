import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
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
