import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openConsole } from './console.ts';
import { callUnix, serveUnix } from './unix-http.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-unix-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let sockets = 0;
const socketPath = (): string => join(folder, `${(sockets += 1)}.sock`);
const patience = { timeoutMs: 5000 };

test('a request and its answer', async () => {
  const path = socketPath();
  const server = await serveUnix(path, ({ method, path: asked, query, body }) =>
    Promise.resolve({ status: 201, body: { method, asked, name: query.get('name'), body } }),
  );
  const { status, body } = await callUnix(path, {
    method: 'POST',
    path: '/images?name=a%20b',
    body: 'ü',
    ...patience,
  });
  assert.equal(status, 201);
  assert.deepEqual(JSON.parse(body), { method: 'POST', asked: '/images', name: 'a b', body: 'ü' });
  await server.close();
  await assert.rejects(callUnix(path, { method: 'GET', path: '/', ...patience }));
});

test('lines come one by one, while there are more to come', async () => {
  const path = socketPath();
  const more = Promise.withResolvers<void>();
  async function* lines() {
    yield { step: 1 };
    await more.promise;
    yield { step: 2 };
  }
  const server = await serveUnix(path, () => Promise.resolve({ status: 200, lines: lines() }));
  const heard: string[] = [];
  // The second line is made only when the first has been heard.
  const onLine = (line: string): void => {
    heard.push(line);
    more.resolve();
  };
  await callUnix(path, { method: 'GET', path: '/', onLine, ...patience });
  assert.deepEqual(heard, ['{"step":1}', '{"step":2}']);
  await server.close();
});

test('a handler that fails is an answer', async () => {
  const path = socketPath();
  const server = await serveUnix(path, () => Promise.reject(new Error('disk full')));
  const { status, body } = await callUnix(path, { method: 'GET', path: '/', ...patience });
  assert.equal(status, 500);
  assert.deepEqual(JSON.parse(body), { message: 'disk full' });
  await server.close();
});

test('who sends without end is cut off, and others are still served', async () => {
  const path = socketPath();
  const server = await serveUnix(path, ({ body }) =>
    Promise.resolve({ status: 200, body: body.length }),
  );
  const flood = { method: 'POST', path: '/', body: 'x'.repeat(100_000), ...patience };
  await assert.rejects(callUnix(path, flood));
  const { body } = await callUnix(path, { method: 'GET', path: '/', ...patience });
  assert.equal(body, '0');
  await server.close();
});

test('the handler hears when the other side has gone', async () => {
  const path = socketPath();
  const gone = Promise.withResolvers<void>();
  const server = await serveUnix(path, async (request) => {
    await request.gone;
    gone.resolve();
    return { status: 200 };
  });
  await assert.rejects(callUnix(path, { method: 'GET', path: '/', timeoutMs: 50 }));
  await gone.promise;
  await server.close();
});

/** A console that answers in two pieces, and lets its guest go when told to. */
async function openFakeConsole() {
  const path = socketPath();
  const guests: Socket[] = [];
  const server = createServer((socket) => {
    guests.push(socket);
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((each) => each !== '')) {
        if (line === 'quit') socket.destroy();
        else if (line === 'prompt') socket.write('\n> ');
        else {
          socket.write(`${line}\nof two `);
          socket.write(`lines\n\n> `);
        }
      }
    });
  });
  server.listen(path);
  await once(server, 'listening');
  const close = (): void => {
    for (const each of guests) each.destroy();
    server.close();
  };
  return { path, close };
}

test('a console: each command gets its own answer, however it comes', async () => {
  const fake = await openFakeConsole();
  const ended = Promise.withResolvers<void>();
  const console = await openConsole(fake.path, () => ended.reject(new Error('not by itself')));
  const answers = await Promise.all(['one', 'two', 'three'].map((each) => console.send(each)));
  assert.deepEqual(
    answers,
    ['one', 'two', 'three'].map((each) => `${each}\nof two lines\n`),
  );
  console.close();
  await assert.rejects(console.send('more'), /is closed/);
  fake.close();
});

test('a console that goes away fails who waits, and says so once', async () => {
  const fake = await openFakeConsole();
  let times = 0;
  const ended = Promise.withResolvers<void>();
  const console = await openConsole(fake.path, () => {
    times += 1;
    ended.resolve();
  });
  await assert.rejects(console.send('quit'), /has gone/);
  await ended.promise;
  assert.equal(times, 1);
  fake.close();
});

test('nobody listens: the code of the system', async () => {
  const path = socketPath();
  await assert.rejects(
    openConsole(path, () => assert.fail('never was open')),
    { code: 'ENOENT' },
  );
  assert.equal(existsSync(path), false);
});
