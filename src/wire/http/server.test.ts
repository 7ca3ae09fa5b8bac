import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { createServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { silentLogger } from '#base/log.ts';
import { systemClock } from '#sys/clock.ts';
import { systemTimers } from '#sys/timers.ts';
import { createAuthority, issueClient, issueServer } from '../pki/authority.ts';
import { HttpClient } from './client.ts';
import { type HttpHandler, type ResponseStream, textResponse } from './message.ts';
import { listenHttps } from './server.ts';

const authority = await createAuthority(systemClock);
const stranger = await createAuthority(systemClock, 'stranger');
const serving = await issueServer(authority, systemClock, {
  commonName: 'test',
  names: ['127.0.0.1'],
});
const ada = await issueClient(authority, systemClock, {
  commonName: 'ada',
  organizations: ['a', 'b'],
});
const eve = await issueClient(stranger, systemClock, { commonName: 'ada', organizations: ['a'] });

async function serve(
  handle: HttpHandler,
  bounds: { readonly headerMs?: number; readonly requestMs?: number } = {},
) {
  const server = await listenHttps({
    host: '127.0.0.1',
    port: 0,
    keys: { ...serving, clientAuthorities: authority.certificate },
    handle,
    timers: systemTimers,
    log: silentLogger,
    bodyBytesMax: 1000,
    ...bounds,
  });
  const baseUrl = `https://127.0.0.1:${server.port}`;
  const client = new HttpClient({ baseUrl, authorities: authority.certificate });
  after(async () => {
    client.close();
    await server.close(0);
  });
  return { server, baseUrl, client };
}

const sayPeer: HttpHandler = async ({ peer }) => textResponse(200, JSON.stringify(peer));

test('a client is known by a certificate that our authority signed, and by no other', async () => {
  const { baseUrl, client } = await serve(sayPeer);
  assert.deepEqual((await client.request({ method: 'GET', path: '/' })).json(), {
    address: '127.0.0.1',
  });
  const shown = async (pair: typeof ada) => {
    const known = new HttpClient({ baseUrl, authorities: authority.certificate, ...pair });
    const answer = (await known.request({ method: 'GET', path: '/' })).json();
    known.close();
    return answer as {
      certificate?: { commonName: string; organizations: string[] };
      certificateError?: string;
    };
  };
  const { certificate } = await shown(ada);
  assert.deepEqual([certificate?.commonName, certificate?.organizations], ['ada', ['a', 'b']]);
  const refused = await shown(eve);
  assert.equal(refused.certificate, undefined);
  assert.match(refused.certificateError ?? '', /UNABLE_TO|SIGNATURE|signature/);
});

test('a client that knows only SHA-1 signatures is refused', async () => {
  const { server } = await serve(sayPeer);
  const socket = connectTls({
    host: '127.0.0.1',
    port: server.port,
    ca: authority.certificate,
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0',
    sigalgs: 'ECDSA+SHA1',
  });
  await assert.rejects(once(socket, 'secureConnect'), /alert|ECONNRESET|hang up/i);
  socket.destroy();
});

test('HTTP/2 asks the same handler, with repeated headers kept apart', async () => {
  const { baseUrl } = await serve(async (request) =>
    textResponse(
      201,
      JSON.stringify([request.path, [...request.query], request.headerValues('x-a'), request.peer]),
    ),
  );
  const session = connectHttp2(baseUrl, {
    ca: authority.certificate,
    cert: ada.certificate,
    key: ada.key,
  });
  const stream = session.request({ ':path': '/a%2Fb?q=1', 'x-a': ['1', '2'] });
  const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
  assert.equal(head[':status'], 201);
  let body = '';
  for await (const chunk of stream) body += String(chunk);
  session.close();
  const [path, query, values, peer] = JSON.parse(body) as [
    string,
    string[][],
    string[],
    { certificate: { commonName: string } },
  ];
  assert.deepEqual([path, query, values], ['/a%2Fb', [['q', '1']], ['1', '2']]);
  assert.equal(peer.certificate.commonName, 'ada');
});

test('a body beyond the bound is refused, announced or not', async () => {
  const { client, baseUrl } = await serve(async (request) => {
    try {
      return textResponse(200, String((await request.body()).length));
    } catch (error) {
      return textResponse((error as { code: number }).code, 'no');
    }
  });
  const post = (size: number) =>
    client.request({ method: 'POST', path: '/', body: 'x'.repeat(size) });
  assert.equal((await post(1000)).text(), '1000');
  assert.equal((await post(1001)).status, 413);
  const session = connectHttp2(baseUrl, { ca: authority.certificate });
  const stream = session.request({ ':path': '/', ':method': 'POST' });
  stream.end('x'.repeat(5000));
  const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
  assert.equal(head[':status'], 413);
  stream.close();
  session.close();
});

const sayBody: HttpHandler = async (request) => {
  try {
    return textResponse(200, `${(await request.body()).length}`);
  } catch (error) {
    return textResponse(504, String(error));
  }
};

test('a head that is too large, or too slow, is refused in a whole answer', async () => {
  const { server } = await serve(sayPeer, { headerMs: 100 });
  const answerTo = async (text: string) => {
    const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: authority.certificate });
    socket.write(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  };
  assert.match(
    await answerTo(`GET / HTTP/1.1\r\nX: ${'x'.repeat(200_000)}\r\n\r\n`),
    /^HTTP\/1.1 431 /,
  );
  assert.match(await answerTo('GET / HTTP/1.1\r\nX: slow'), /^HTTP\/1.1 408 /);
});

test('a body that drips is cut off, over HTTP/2 as well', async () => {
  const { baseUrl, client } = await serve(sayBody, { headerMs: 200, requestMs: 200 });
  const session = connectHttp2(baseUrl, { ca: authority.certificate });
  const stream = session.request({ ':method': 'POST', ':path': '/' });
  const drip = setInterval(() => stream.write('x'), 20);
  stream.on('error', () => undefined);
  try {
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
    assert.equal(headers[':status'], 504);
  } finally {
    clearInterval(drip);
    session.destroy();
  }
  const whole = await client.request({ method: 'POST', path: '/', body: 'whole' });
  assert.deepEqual([whole.status, whole.text()], [200, '5']);
});

test('large answers are compressed for those who ask', async () => {
  const { client } = await serve(async () => ({
    type: 'bytes',
    status: 200,
    headers: {},
    body: Array.from({ length: 1000 }, () => Buffer.alloc(1000, 'a')),
    compressible: true,
  }));
  const plain = await client.request({ method: 'GET', path: '/' });
  assert.equal(plain.body.length, 1_000_000);
  const small = await client.request({
    method: 'GET',
    path: '/',
    headers: { 'accept-encoding': 'gzip' },
  });
  assert.equal(small.header('content-encoding'), 'gzip');
  assert.ok(small.body.length < 20_000);
});

test('a stream delivers as it is written, and knows when its client left', async () => {
  let open: ResponseStream | undefined;
  const { client } = await serve(async () => ({
    type: 'stream',
    status: 200,
    headers: {},
    bufferChunks: 100,
    open: (stream) => {
      open = stream;
      stream.write(Buffer.from('{"a":1}\n{"a"'));
      stream.write(Buffer.from(':2}\n'));
    },
  }));
  const answer = await client.open({ method: 'GET', path: '/' });
  const lines = answer.lines();
  assert.equal((await lines.next()).value, '{"a":1}');
  assert.equal((await lines.next()).value, '{"a":2}');
  const gone = new Promise<void>((resolve) => open?.onClose(resolve));
  answer.close();
  await gone;
});

test('a client that does not read is cut off, not waited for', async () => {
  let wrote = 0;
  const closed = Promise.withResolvers<void>();
  const { client } = await serve(async () => ({
    type: 'stream',
    status: 200,
    headers: {},
    bufferChunks: 50,
    open: (stream) => {
      stream.onClose(closed.resolve);
      const more = () => {
        for (let n = 0; n < 10; n += 1) stream.write(Buffer.alloc(100_000));
        wrote += 10;
        if (wrote < 10_000) setImmediate(more);
      };
      more();
    },
  }));
  const answer = await client.open({ method: 'GET', path: '/' });
  await closed.promise;
  answer.close();
});

/** Answers any upgrade with 101, then echoes in upper case until a full stop. */
async function echoServer(): Promise<{ server: Server; port: number; heads: string[] }> {
  const heads: string[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let switched = false;
    socket.on('data', (chunk) => {
      if (chunk.toString() === '.') return void socket.end('bye');
      if (switched) return void socket.write(chunk.toString().toUpperCase());
      const text = chunk.toString();
      const end = text.indexOf('\r\n\r\n');
      heads.push(text.slice(0, end));
      switched = true;
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n',
      );
      if (text.length > end + 4) socket.write(text.slice(end + 4).toUpperCase());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  return { server, port: (server.address() as { port: number }).port, heads };
}

test('an upgrade is replayed to its target without credentials', async () => {
  const echo = await echoServer();
  const { server } = await serve(async ({ upgrade }) =>
    upgrade
      ? { type: 'tunnel', host: '127.0.0.1', port: echo.port, path: '/exec/T' }
      : textResponse(400, 'no'),
  );
  const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: authority.certificate });
  socket.write(
    'POST /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nX-Stream-Protocol-Version: v4\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nhello',
  );
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
    if (text.endsWith('HELLO')) socket.write(' world');
    if (text.endsWith('WORLD')) socket.write('.');
  });
  await once(socket, 'end');
  assert.match(text, /^HTTP\/1.1 101 .*HELLO WORLDbye$/s);
  assert.match(echo.heads[0] ?? '', /^POST \/exec\/T HTTP\/1.1\r\nHost: 127.0.0.1:\d+\r\n/);
  assert.doesNotMatch(echo.heads[0] ?? '', /secret/);
  assert.match(echo.heads[0] ?? '', /X-Stream-Protocol-Version: v4/);
  socket.destroy();
});

test('an upgrade that the handler refuses gets a plain answer', async () => {
  const { server } = await serve(async () => textResponse(403, 'you may not'));
  const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: authority.certificate });
  socket.write('GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  assert.match(text, /^HTTP\/1.1 403 Forbidden.*you may not$/s);
});

test('close ends streams, lets a request finish, and refuses new ones', async () => {
  const release = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const { server, client } = await serve(async ({ path }) => {
    if (path === '/watch') {
      return {
        type: 'stream',
        status: 200,
        headers: {},
        bufferChunks: 9,
        open: (s) => void s.write(Buffer.from('x\n')),
      };
    }
    asked.resolve();
    await release.promise;
    return textResponse(200, 'late');
  });
  const watch = await client.open({ method: 'GET', path: '/watch' });
  const lines = watch.lines();
  await lines.next();
  const slow = client.request({ method: 'GET', path: '/slow' });
  await asked.promise;
  const closed = server.close(5_000);
  assert.equal((await lines.next()).done, true);
  release.resolve();
  assert.equal((await slow).text(), 'late');
  await closed;
  await assert.rejects(client.request({ method: 'GET', path: '/' }));
});
