import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { askRepository, type RegistryLogin } from './ask-registry.ts';

async function ask(
  answer: (request: IncomingMessage, response: ServerResponse, port: number) => void,
  logins: readonly RegistryLogin[] = [],
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
      logins,
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

test('a registry behind a login is asked with each, until one is let in', async () => {
  const good = `Basic ${btoa('ada:right')}`;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.headers.authorization === good) response.writeHead(404).end();
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
  };
  const wrong = { username: 'ada', password: 'wrong' };
  assert.deepEqual(await ask(answer), { type: 'denied' });
  assert.deepEqual(await ask(answer, [wrong]), { type: 'denied' });
  const both = [wrong, { username: 'ada', password: 'right' }];
  assert.deepEqual(await ask(answer, both), { type: 'unknown' });
});

test('a login buys a token where the registry sends for one', async () => {
  const answer = (request: IncomingMessage, response: ServerResponse, port: number): void => {
    const { authorization } = request.headers;
    if (request.url?.startsWith('/token')) {
      const isKnown = authorization === `Basic ${btoa('ada:right')}` || request.method === 'POST';
      response.end(JSON.stringify({ token: isKnown ? 'for-ada' : 'for-anybody' }));
    } else if (authorization === 'Bearer for-ada' || authorization === 'Bearer own') {
      response.end(JSON.stringify({ tags: ['1'] }));
    } else {
      const challenge = `Bearer realm="http://127.0.0.1:${port}/token",service="r"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
  };
  assert.deepEqual(await ask(answer), { type: 'denied' });
  for (const login of [
    { username: 'ada', password: 'right' },
    { identityToken: 'i' },
    { registryToken: 'own' },
  ])
    assert.deepEqual(await ask(answer, [login]), { type: 'tags', tags: ['1'] });
});
