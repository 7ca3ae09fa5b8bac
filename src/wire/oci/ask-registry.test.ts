import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { askRepository } from './ask-registry.ts';

async function ask(
  answer: (request: IncomingMessage, response: ServerResponse, port: number) => void,
) {
  const server = createServer((request, response) =>
    answer(request, response, (server.address() as AddressInfo).port),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await askRepository({
      registry: `127.0.0.1:${port}`,
      repository: 'shop/web',
      plain: true,
    });
  } finally {
    server.close();
  }
}

test('tags, or why there are none', async () => {
  const tags = await ask((request, response) => {
    assert.match(request.url ?? '', /^\/v2\/shop\/web\/tags\/list/);
    response.end(JSON.stringify({ name: 'shop/web', tags: ['1', '2'] }));
  });
  assert.deepEqual(tags, { type: 'tags', tags: ['1', '2'] });
  for (const [status, type] of [
    [404, 'unknown'],
    [401, 'denied'],
    [403, 'denied'],
    [500, 'unreachable'],
  ] as const) {
    const found = await ask((_, response) => response.writeHead(status).end());
    assert.deepEqual(found, { type });
  }
  const garbage = await ask((_, response) => response.end('<html>'));
  assert.deepEqual(garbage, { type: 'unreachable' });
});

test('a token for anybody is fetched where the registry sends for one', async () => {
  const found = await ask((request, response, port) => {
    if (request.url?.startsWith('/token')) {
      assert.match(request.url, /scope=repository%3Ashop/);
      response.end(JSON.stringify({ token: 'for-anybody' }));
    } else if (request.headers.authorization === 'Bearer for-anybody') {
      response.end(JSON.stringify({ tags: ['1'] }));
    } else {
      const challenge = `Bearer realm="http://127.0.0.1:${port}/token",service="r",scope="repository:shop/web:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
  });
  assert.deepEqual(found, { type: 'tags', tags: ['1'] });
});

test('a registry that is not there is unreachable', async () => {
  const question = { registry: '127.0.0.1:1', repository: 'a', plain: true };
  assert.deepEqual(await askRepository(question), { type: 'unreachable' });
});
