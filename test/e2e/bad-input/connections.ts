/** Clients that are slow, many, broken or hostile on the level of bytes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectPlain } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Asker, readStatus } from './asker.ts';

const idleConnections = 500;
const memoryGrowthMax = 96 * 1024 * 1024;

/** Bytes in use after a collection; this process holds the server and its clients. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const head = (path: string, ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');

export function connectionTests(open: () => Asker): void {
  test('what is no HTTP is answered with 400 and closed', async () => {
    const badRequests = [
      '\0\0\0\0\r\n\r\n',
      'GET\r\n\r\n',
      'HELO example\r\n\r\n',
      head('/readyz', 'Content-Length: ten'),
      head('/readyz', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
      head('/readyz', 'Transfer-Encoding: chunked').concat('zz\r\n'),
      head('/readyz', 'Bad Header: a'),
    ];
    for (const each of badRequests) {
      const socket = await open().socket();
      socket.send(each);
      assert.match(await socket.untilClosed(), /^HTTP\/1\.1 400 /, JSON.stringify(each));
    }
  });

  test('huge headers are answered with 431 and closed', async () => {
    const socket = await open().socket();
    socket.send(head('/readyz', `X-Large: ${'x'.repeat(100_000)}`));
    assert.match(await socket.untilClosed(), /^HTTP\/1\.1 431 /);
  });

  test('plain HTTP on the TLS port is closed', async () => {
    const { hostname, port } = new URL(open().server.url);
    const socket = connectPlain(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(head('/readyz'));
    socket.resume();
    await once(socket, 'close');
  });

  test('a half-closed connection still gets its answer', async () => {
    const socket = await open().socket({ half: true });
    socket.send(head('/readyz', 'Connection: close'));
    socket.finish();
    assert.match(await socket.untilClosed(), /^HTTP\/1\.1 200 [^]*ok$/);
  });

  test('a client that leaves in the middle of its body harms nobody', async () => {
    const socket = await open().socket();
    socket.send(
      'POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"meta',
    );
    socket.finish();
    await socket.untilClosed();
    await open().mustAnswer();
  });

  test('five hundred idle connections leave room for others, at little cost', async () => {
    const before = bytesInUse();
    const sockets = await Promise.all(
      Array.from({ length: idleConnections }, () => open().socket()),
    );
    await open().mustAnswer();
    assert.equal(sockets.filter((each) => each.open).length, idleConnections);
    assert.ok(bytesInUse() - before < memoryGrowthMax, `${bytesInUse() - before} bytes`);
    for (const each of sockets) each.finish();
    await Promise.all(sockets.map((each) => each.untilClosed()));
  });

  test('HTTP/2: the same refusals, and a bound on what is open', async () => {
    const { url, authority, admin } = open().server;
    const session = connectHttp2(url, {
      ca: authority.certificate,
      cert: admin.certificate,
      key: admin.key,
    });
    try {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/api/v1/namespaces/default/configmaps',
        'content-type': 'application/json',
      });
      stream.end('{"metadata":');
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
      await once(stream, 'end');
      assert.equal(headers[':status'], 400);
      assert.equal((JSON.parse(text) as { reason: string }).reason, 'BadRequest');
      assert.equal(session.remoteSettings.maxConcurrentStreams, 250);
    } finally {
      session.destroy();
    }
  });

  test('a header that comes too slowly is cut off', async () => {
    const socket = await open().socket();
    socket.send('GET /readyz HTTP/1.1\r\nHost: a\r\nX-Slow:');
    assert.match(await socket.untilClosed(), /^HTTP\/1\.1 408 /);
  });

  test('after all that, memory is sane, and a large refusal leaves nothing behind', async () => {
    const before = bytesInUse();
    const body = JSON.stringify({ metadata: { name: 'a' }, data: { a: 'x'.repeat(2_500_000) } });
    for (let round = 0; round < 40; round += 1) {
      const answer = await open().ask('POST', '/api/v1/namespaces/default/configmaps', body);
      assert.equal(readStatus(answer).reason, 'Invalid');
    }
    assert.ok(bytesInUse() - before < memoryGrowthMax, `${bytesInUse() - before} bytes`);
    await open().mustAnswer();
  });
}
