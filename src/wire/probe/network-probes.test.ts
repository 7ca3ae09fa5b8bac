import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
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
