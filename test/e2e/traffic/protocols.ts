/** What is not a plain request and its answer, through the gateway. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect as connectHttp2, type SecureClientSessionOptions } from 'node:http2';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { eventually, run } from '../harness.ts';
import type { World } from './world.ts';

const patienceMs = 5000;

function ingress(host: string, port: string, annotations: Readonly<Record<string, string>> = {}) {
  const backend = { service: { name: 'protocols', port: { name: port } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: host, annotations },
    spec: { rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
  };
}

/** What comes back over a WebSocket's connection. */
function echo(port: number, host: string, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...{ host, connection: 'Upgrade', upgrade: 'websocket' },
      ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
    };
    const asked = request({ host: '127.0.0.1', port, headers, timeout: patienceMs });
    asked.on('upgrade', (_response, socket) => {
      socket.on('data', (bytes: Buffer) => {
        socket.destroy();
        resolve(bytes.toString());
      });
      socket.write(words);
    });
    asked.on('response', ({ statusCode }) => reject(new Error(`HTTP ${statusCode}`)));
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', reject);
    asked.end();
  });
}

/** The body and the trailer of a call as gRPC makes it. */
async function call(
  url: string,
  host: string,
  options: SecureClientSessionOptions,
): Promise<string[]> {
  const session = connectHttp2(url, options);
  try {
    const failed = new Promise<never>((_resolve, reject) => session.on('error', reject));
    const stream = session.request({ ':authority': host, ':path': '/shop.Cart/Add' });
    stream.setTimeout(patienceMs, () => stream.destroy(new Error('timeout')));
    let status = 'none';
    stream.on('trailers', (all) => {
      status = String(all['grpc-status']);
    });
    const ended = new Promise((resolve) => stream.on('close', resolve));
    const body = await Promise.race([text(stream), failed]);
    await Promise.race([ended, failed]);
    return [body, status];
  } finally {
    session.destroy();
  }
}

/** Sends bytes as they are, and answers with all that comes. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: patienceMs }, () =>
      socket.write(bytes),
    );
    socket.on('timeout', () => socket.destroy(new Error('timeout')));
    text(socket).then(resolve, reject);
  });
}

export function protocolTests(world: World): void {
  test('a WebSocket, gRPC over HTTP/2 with and without TLS, and PROXY to a backend', async () => {
    const { httpPort, httpsPort } = world.cluster;
    const ports = [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'grpc', port: 90, targetPort: 8090 },
      { name: 'proxied', port: 91, targetPort: 8091 },
    ];
    await world.apply(
      world.service('protocols', { ports }),
      ingress('socket.test', 'http'),
      ingress('grpc.test', 'grpc', { 'nginx.ingress.kubernetes.io/backend-protocol': 'GRPC' }),
      ingress('proxied.test', 'proxied', { 'gantry.dev/proxy-protocol': 'v1' }),
    );
    await eventually('the socket answers', async () =>
      assert.equal(await echo(httpPort, 'socket.test', 'hello'), 'hello'),
    );
    for (const [url, options] of [
      [`http://127.0.0.1:${httpPort}`, {}],
      [`https://127.0.0.1:${httpsPort}`, { rejectUnauthorized: false, servername: 'grpc.test' }],
    ] as const)
      await eventually(`a call by ${url}`, async () => {
        const [body = '', status] = await call(url, 'grpc.test', options);
        assert.match(body, /^peer-\S+ \/shop\.Cart\/Add$/);
        assert.equal(status, '0');
      });
    const [line = ''] = await world.outside.get(`http://${world.nodeAddress}:${httpPort}/`, {
      host: 'proxied.test',
    });
    assert.match(line, new RegExp(`^PROXY TCP4 ${world.outside.address.replaceAll('.', '\\.')} `));
  });

  test('balancers in front: their PROXY header and their forwarded headers count, on request', async () => {
    const { httpPort } = world.cluster;
    const annotate = (...words: string[]): Promise<string> =>
      world.cluster.kubectl(['annotate', 'ingressclass', 'gantry', ...words]);
    const ask = 'GET /headers HTTP/1.1\r\nHost: socket.test\r\nConnection: close\r\n\r\n';
    await annotate('gantry.dev/proxy-protocol-from=127.0.0.1');
    await eventually('the PROXY header is read', async () => {
      const answer = await raw(httpPort, `PROXY TCP4 203.0.113.7 127.0.0.1 1111 80\r\n${ask}`);
      assert.match(answer, /"x-real-ip":"203\.0\.113\.7"/);
    });
    await annotate(
      'gantry.dev/proxy-protocol-from-',
      'gantry.dev/forwarded-headers-from=127.0.0.1',
    );
    await eventually('forwarded headers are believed', async () => {
      const headers = ['X-Forwarded-For: 198.51.100.1, 203.0.113.9', 'X-Forwarded-Proto: https'];
      const { stdout } = await run('curl', [
        ...['-sS', '-H', 'Host: socket.test'],
        ...headers.flatMap((each) => ['-H', each]),
        `http://127.0.0.1:${httpPort}/headers`,
      ]);
      const told = JSON.parse(stdout) as Record<string, string>;
      assert.equal(told['x-real-ip'], '203.0.113.9');
      assert.equal(told['x-forwarded-proto'], 'https');
      assert.equal(told['x-forwarded-for'], '198.51.100.1, 203.0.113.9, 127.0.0.1');
    });
    await annotate('gantry.dev/forwarded-headers-from-');
  });
}
