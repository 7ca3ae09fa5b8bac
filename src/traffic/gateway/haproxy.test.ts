import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { silentLogger } from '#base/log.ts';
import { systemFiles } from '#sys/files.ts';
import type { Processes } from '#sys/process.ts';
import { systemTimers } from '#sys/timers.ts';
import { Haproxy } from './haproxy.ts';

const config = (words: string): string =>
  `global\n  log stdout\n\nfrontend http\n  bind :80 # ${words}\n`;

let folder = '';
let worker: Worker | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haproxy-test-'));
});

afterEach(() => {
  worker?.end();
  worker = undefined;
  rmSync(folder, { recursive: true });
});

/** A process that answers at the runtime socket with the revision of the configuration that it read. */
class Worker {
  readonly text = readFileSync(join(folder, 'haproxy.cfg'), 'utf8');
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  constructor() {
    const line = /description (.*)/.exec(this.text)?.[1] ?? '';
    this.#server = createServer((socket) => {
      this.#open.add(socket);
      socket.on('data', (asked) => {
        for (const each of asked.toString().trim().split('\n'))
          socket.write(each === 'prompt' ? '\n> ' : `Name: HAProxy\ndescription: ${line}\n\n> `);
      });
    });
    this.#server.listen(join(folder, 'new.sock'), () =>
      renameSync(join(folder, 'new.sock'), join(folder, 'runtime.sock')),
    );
  }

  end(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }
}

/** A master that, told to reload, has a new worker some time after. */
function machine() {
  const reloads: string[] = [];
  const start = (): void => {
    const old = worker;
    worker = new Worker();
    setTimeout(() => old?.end(), 50);
  };
  const processes: Partial<Processes> = {
    run: () => Promise.resolve({ code: 0, stdout: '', stderr: '', timedOut: false }),
    startDetached: () => {
      start();
      return Promise.resolve({ pid: 7, ended: new Promise(() => undefined) });
    },
    identity: (pid) => `${pid}@1`,
    signal: (_pid, signal) => {
      reloads.push(signal);
      setTimeout(start, 30);
      return true;
    },
  };
  const open = (): Haproxy =>
    new Haproxy({
      folder,
      program: 'haproxy',
      files: systemFiles,
      processes: processes as Processes,
      timers: systemTimers,
      logger: silentLogger,
      lost: () => undefined,
    });
  return { reloads, open };
}

test('a reload is done when the process says the new revision, not while the old one still answers', async () => {
  const { open, reloads } = machine();
  const haproxy = open();
  await haproxy.configure(config('one'), new Map());
  await haproxy.configure(config('two'), new Map());
  assert.deepEqual(reloads, ['SIGUSR2']);
  assert.match(worker?.text ?? '', /two/);
  haproxy.stop();
});

test('another gantry adopts the process that follows its configuration, and reloads one that does not', async () => {
  const { open, reloads } = machine();
  const first = open();
  await first.configure(config('one'), new Map());
  first.stop();
  const second = open();
  await second.configure(config('one'), new Map());
  assert.deepEqual(reloads, []);
  second.stop();
  // As if the reload that brought what is noted had been lost.
  const noted = join(folder, 'haproxy.applied');
  const text = readFileSync(noted, 'utf8')
    .replace('one', 'two')
    .replace('revision 1', 'revision 2');
  await systemFiles.replace(noted, text, 0o600);
  const third = open();
  await third.configure(config('two'), new Map());
  assert.deepEqual(reloads, ['SIGUSR2']);
  assert.match(worker?.text ?? '', /two/);
  third.stop();
});

test('the ports that the process has are told, and none when none runs', async () => {
  const { open } = machine();
  const haproxy = open();
  assert.deepEqual([...(await haproxy.ports())], []);
  await haproxy.configure(config('one'), new Map());
  assert.deepEqual([...(await haproxy.ports())], [80]);
  haproxy.stop();
});
