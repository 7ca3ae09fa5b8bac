/**
 * Durable writes: how many a second, and how long one waits, with 1, 16 and 128 writers.
 *
 *   node bench/store.ts [--seconds 5] [--bytes 1000] [--directory <on the disk in question>]
 *
 * Each store runs on the same disk, one after the other, and each acknowledged write has been
 * fsynced. Debian's etcd stands beside when it is installed. Prints JSON.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, credentials } from '@grpc/grpc-js';
import { openMemoryStore } from '#store/memory/memory.ts';
import { openSqliteStore } from '#store/sqlite/sqlite.ts';
import { systemClock } from '#sys/clock.ts';
import { systemTimers } from '#sys/timers.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    bytes: { type: 'string', default: '1000' },
    directory: { type: 'string', default: '.' },
  },
});
const seconds = Number(options.seconds);
const value = new Uint8Array(Number(options.bytes)).fill(0x20);
const writerCounts = [1, 16, 128];
const keysPerWriter = 1000;
const time = { clock: systemClock, timers: systemTimers };

interface Result {
  readonly writers: number;
  readonly writesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of this process; for etcd that is only the client. */
  readonly cpuMicrosPerWrite: number;
}

type Write = (key: string) => Promise<unknown>;

async function measure(writers: number, write: Write): Promise<Result> {
  const waits: number[] = [];
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  const one = async (writer: number): Promise<void> => {
    for (let number = 0; performance.now() < end; number++) {
      const before = performance.now();
      await write(`/registry/pods/ns-${writer}/pod-${number % keysPerWriter}`);
      waits.push(performance.now() - before);
      // A commit to memory never leaves the microtask queue: without a turn nothing else would run.
      if (number % 1000 === 999) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => one(writer)));
  const elapsed = performance.now() - start;
  const cpu = process.cpuUsage(cpuBefore);
  waits.sort((a, b) => a - b);
  const at = (part: number): number =>
    Number((waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? 0).toFixed(3));
  return {
    writers,
    writesPerSecond: Math.round((waits.length / elapsed) * 1000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    cpuMicrosPerWrite: Math.round((cpu.user + cpu.system) / waits.length),
  };
}

async function measureAll(write: Write): Promise<Result[]> {
  const results: Result[] = [];
  for (const writers of writerCounts) results.push(await measure(writers, write));
  return results;
}

async function benchMemory(): Promise<Result[]> {
  const store = openMemoryStore(time);
  const results = await measureAll((key) =>
    store.commit([{ type: 'put', key, value: { bytes: value } }]),
  );
  await store.close();
  return results;
}

async function benchSqlite(directory: string): Promise<{ results: Result[]; reopen: unknown }> {
  const store = await openSqliteStore({ ...time, directory });
  const results = await measureAll((key) =>
    store.commit([{ type: 'put', key, value: { bytes: value } }]),
  );
  await store.close();
  const before = performance.now();
  const again = await openSqliteStore({ ...time, directory });
  const reopen = {
    rows: again.revision - 1,
    keys: again.snapshot().count('', '\uffff'),
    ms: Math.round(performance.now() - before),
  };
  await again.close();
  return { results, reopen };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** PutRequest of etcd's rpc.proto: `bytes key = 1; bytes value = 2`. */
function encodePut(key: string): Buffer {
  const bytes = Buffer.from(key);
  return Buffer.concat([field(1, bytes), field(2, value)]);
}

function field(number: number, bytes: Uint8Array): Buffer {
  const head = [(number << 3) | 2];
  let left = bytes.length;
  for (; left > 127; left >>>= 7) head.push((left & 127) | 128);
  head.push(left);
  return Buffer.concat([Buffer.from(head), bytes]);
}

function startEtcd(directory: string, port: number, peer: number): ChildProcess {
  const url = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const flags = {
    'data-dir': directory,
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
  };
  const words = Object.entries(flags).map(([name, text]) => `--${name}=${text}`);
  return spawn('etcd', words, { stdio: 'ignore' });
}

async function benchEtcd(directory: string): Promise<Result[] | string> {
  if (spawnSync('etcd', ['--version']).error) return 'etcd is not installed';
  const port = await freePort();
  const etcd = startEtcd(directory, port, await freePort());
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const write: Write = (key) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        '/etcdserverpb.KV/Put',
        encodePut,
        (bytes: Buffer) => bytes,
        key,
        (error, answer) => (error ? reject(error) : resolve(answer)),
      );
    });
  try {
    await new Promise<void>((resolve, reject) =>
      client.waitForReady(Date.now() + 20_000, (error) => (error ? reject(error) : resolve())),
    );
    return await measureAll(write);
  } finally {
    client.close();
    etcd.kill();
  }
}

const root = mkdtempSync(join(options.directory, 'bench-store-'));
try {
  const memory = await benchMemory();
  const sqlite = await benchSqlite(join(root, 'sqlite'));
  const etcdDirectory = join(root, 'etcd');
  mkdirSync(etcdDirectory, { mode: 0o700 });
  const etcd = await benchEtcd(etcdDirectory);
  const report = { valueBytes: value.length, seconds, memory, sqlite, etcd };
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
