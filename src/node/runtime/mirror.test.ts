import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '#base/log.ts';
import { openTestCluster, settle } from '#server/testing/cluster.ts';
import type { ObservedContainer } from '../decide/observed.ts';
import { RuntimeMirror } from './mirror.ts';
import type { Runtime, RuntimeEvent } from './runtime.ts';

const running: ObservedContainer = {
  id: 'c1',
  sandboxId: 's1',
  podUid: 'u1',
  name: 'a',
  attempt: 0,
  state: 'running',
  image: 'i',
  imageRef: 'i',
  createdAtMs: 1,
  startedAtMs: 2,
  finishedAtMs: 0,
  exitCode: 0,
  reason: '',
  message: 'last words',
  logPath: '',
  labels: {},
  annotations: {},
};
const failed: ObservedContainer = {
  ...running,
  state: 'exited',
  finishedAtMs: 3,
  exitCode: 137,
  reason: 'Error',
};
const outOfMemory: ObservedContainer = { ...failed, reason: 'OOMKilled' };

/** A runtime with one container, whose books say what they are told to. */
async function setUp() {
  const { time } = await openTestCluster();
  let books = running;
  let asked = 0;
  let tell: (event: RuntimeEvent) => void = () => undefined;
  const runtime: Partial<Runtime> = {
    subscribe: (listener) => {
      tell = listener;
      return { close: () => undefined };
    },
    listSandboxes: () => Promise.resolve([]),
    listContainers: () => Promise.resolve([books]),
    container: () => {
      asked += 1;
      return Promise.resolve(books);
    },
  };
  const reasons: string[] = [];
  const mirror = new RuntimeMirror({
    runtime: runtime as Runtime,
    clock: time,
    timers: time,
    logger: silentLogger,
    relistMs: 3_600_000,
    changed: () => {
      reasons.push(mirror.container('c1')?.reason ?? 'gone');
    },
    lastWords: () => Promise.resolve(''),
    heard: () => undefined,
  });
  await mirror.start();
  reasons.length = 0;
  asked = 0;
  const event = async (type: 'exited' | 'oom'): Promise<void> => {
    tell({ type, id: 'c1' });
    await settle();
  };
  const later = async (ms: number): Promise<void> => {
    time.advance(ms);
    await settle();
  };
  const say = (next: ObservedContainer) => (books = next);
  return { mirror, reasons, event, later, say, asked: () => asked };
}

test('an end for lack of memory is told, though its reason comes after the end', async () => {
  const { reasons, event, later, say } = await setUp();
  say(failed);
  await event('exited');
  assert.deepEqual(reasons, ['Error']);
  await event('oom');
  await later(2);
  say(outOfMemory);
  await later(100);
  assert.deepEqual(reasons, ['Error', 'OOMKilled']);
});

test('and though the books have it only after they have the end', async () => {
  const { reasons, event, later, say } = await setUp();
  await event('oom');
  await event('exited');
  say(failed);
  await later(2);
  say(outOfMemory);
  await later(5);
  assert.deepEqual(reasons, ['Error', 'OOMKilled']);
});

test('an end that the books have late is asked for until they have it, and then no more', async () => {
  const { reasons, event, later, say, asked } = await setUp();
  await event('exited');
  await later(2);
  say(failed);
  await later(5);
  assert.deepEqual([reasons, asked()], [['Error'], 3]);
  await event('exited');
  await later(5000);
  assert.equal(asked(), 3);
});

test('an end by our own call is not asked for: the answer of the call brings it', async () => {
  const { mirror, event, later, asked } = await setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  const ended = mirror.end('c1', () => promise);
  await event('exited');
  await later(500);
  assert.equal(asked(), 0);
  resolve();
  await ended;
});

test('unless the answer does not come', async () => {
  const { mirror, reasons, event, later, say } = await setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  const ended = mirror.end('c1', () => promise);
  say(failed);
  await event('exited');
  await later(1000);
  assert.deepEqual(reasons, ['Error']);
  resolve();
  await ended;
});
