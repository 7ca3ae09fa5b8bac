import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { forwardRequest } from './forward.ts';

/** A target, and a front that forwards all to it. */
async function open() {
  const asked: IncomingMessage[] = [];
  const target = createServer((message, response) => {
    asked.push(message);
    if (message.url === '/moved') {
      response.writeHead(302, { location: `http://127.0.0.1:${port}/there?a=b` }).end();
    } else if (message.url === '/away') {
      response.writeHead(302, { location: 'http://example.org/' }).end();
    } else message.pipe(response);
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const { port } = target.address() as AddressInfo;
  const statuses: number[] = [];
  const front = createServer((message, response) => {
    const place = { scheme: 'http', host: '127.0.0.1', port, path: message.url ?? '/' } as const;
    const answered = (status: number) => void statuses.push(status);
    forwardRequest(message, response, { type: 'forward', ...place, prefix: '/below', answered });
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const ask = async (method: string, path: string, body = '') => {
    const headers = { authorization: 'Bearer secret', 'x-word': 'kept' };
    const options = { method, path, headers, port: (front.address() as AddressInfo).port };
    const sent = request({ host: '127.0.0.1', ...options });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const part of response) text += String(part);
    return { status: response.statusCode, location: response.headers.location, text };
  };
  const stopTarget = () => {
    target.closeAllConnections();
    target.close();
  };
  const close = () => {
    stopTarget();
    front.closeAllConnections();
    front.close();
  };
  return { ask, asked, statuses, stopTarget, close };
}

test('body and headers go there and back, credentials stay here', async () => {
  const { ask, asked, statuses, close } = await open();
  const body = 'words '.repeat(100_000);
  assert.equal((await ask('POST', '/a?b=c', body)).text, body);
  const { headers, method } = asked[0]!;
  assert.equal(method, 'POST');
  assert.equal(headers['authorization'], undefined);
  assert.deepEqual([headers['x-word'], headers['x-forwarded-uri']], ['kept', '/below/a?b=c']);
  assert.deepEqual(statuses, [200]);
  close();
});

test('a redirect within the target stays below the prefix, another one is left alone', async () => {
  const { ask, close } = await open();
  assert.equal((await ask('GET', '/moved')).location, '/below/there?a=b');
  assert.equal((await ask('GET', '/away')).location, 'http://example.org/');
  close();
});

test('a target that is not there is told in words', async () => {
  const { ask, stopTarget, statuses, close } = await open();
  stopTarget();
  const { status, text } = await ask('GET', '/');
  assert.deepEqual([status, statuses], [503, [503]]);
  assert.match(text, /^Error trying to reach service: '.*ECONNREFUSED/);
  close();
});
