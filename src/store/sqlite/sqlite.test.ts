import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import {
  type Backend,
  RevisionCompactedError,
  StoreFailedError,
  StoreOpenError,
  type StoreOpenReason,
} from '../backend.ts';
import { backendConformance, contents, put, remove } from '../conformance.ts';
import { ManualTime } from '../testing/manual-time.ts';
import { Recorder, textOf } from '../testing/recorder.ts';
import { openSqliteStore } from './sqlite.ts';

let root = '';
let directories = 0;

before(() => {
  root = mkdtempSync(join(tmpdir(), 'gantry-store-'));
});
after(() => rmSync(root, { recursive: true, force: true }));

function newDirectory(): string {
  return join(root, `data-${directories++}`);
}

function open(directory: string, time = new ManualTime()): Promise<Backend> {
  return openSqliteStore({ clock: time, timers: time, directory, lockWaitMs: 50 });
}

backendConformance('sqlite', ({ time, ...options }) =>
  openSqliteStore({ clock: time, timers: time, directory: newDirectory(), ...options }),
);

function rejectsOpen(directory: string, reason: StoreOpenReason, words: RegExp): Promise<void> {
  return assert.rejects(open(directory), (error) => {
    assert.ok(error instanceof StoreOpenError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, words);
    return true;
  });
}

describe('a store that is opened again', () => {
  test('has its keys, its revision and its history', async () => {
    const directory = newDirectory();
    const first = await open(directory);
    await first.commit([put('a', '1'), put('b', '1')]);
    await first.commit([put('a', '2')]);
    await first.compact(3);
    await first.commit([put('c', '1')]);
    await first.commit([remove('b')]);
    await first.commit([put('empty', '')]);
    await first.close();

    const second = await open(directory);
    assert.equal(second.revision, 6);
    assert.equal(second.compactedRevision, 3);
    assert.equal(contents(second.snapshot()), 'a=2 c=1 empty=');
    assert.equal(contents(second.snapshot(3)), 'a=2 b=1');
    const entry = second.snapshot().get('a');
    assert.deepEqual([entry?.createRevision, entry?.modRevision], [2, 3]);
    assert.throws(() => second.watch('', new Recorder(), 2), RevisionCompactedError);
    const sink = new Recorder();
    second.watch('', sink, 3);
    assert.equal(await second.commit([put('a', '3', { expect: 3 })]), 7);
    assert.deepEqual(sink.lines, ['4 c=1', '5 -b', '6 empty=', '7 a=3']);
    assert.equal(sink.changesSeen[1]?.previous?.modRevision, 2);
    await second.close();
  });

  test('never goes back in revision, even when the newest were deletions and are compacted', async () => {
    const directory = newDirectory();
    const first = await open(directory);
    for (let index = 0; index < 10; index++) {
      await first.commit([put('a', '1')]);
      await first.commit([remove('a')]);
    }
    await first.compact(first.revision);
    await first.close();
    const second = await open(directory);
    assert.equal(second.revision, 21);
    assert.equal(contents(second.snapshot()), '');
    await second.close();
  });

  test('keeps deadlines, and makes up for those that passed meanwhile', async () => {
    const directory = newDirectory();
    const time = new ManualTime();
    const first = await open(directory, time);
    await first.commit([put('a', '1', { ttlSeconds: 10 })]);
    await first.commit([put('b', '1', { ttlSeconds: 100 }), put('c', '1', { ttlSeconds: 10 })]);
    await first.compact(first.revision);
    await first.commit([put('c', '2')]);
    await first.commit([put('d', '1', { ttlSeconds: 10 })]);
    await first.close();
    const later = new ManualTime(time.now() + 20_000);
    const second = await open(directory, later);
    later.advance(0);
    await second.commit([put('z', '1')]);
    assert.equal(contents(second.snapshot()), 'b=1 c=2 z=1');
    later.advance(80_000);
    await second.commit([put('z', '2')]);
    assert.equal(contents(second.snapshot()), 'c=2 z=2');
    await second.close();
  });

  test('holds no more rows than it needs', async () => {
    const directory = newDirectory();
    const first = await open(directory);
    for (let index = 0; index < 50; index++) await first.commit([put('a', '1'), put('b', '1')]);
    await first.commit([remove('b')]);
    await first.compact(first.revision);
    await first.close();
    const database = new DatabaseSync(join(directory, 'store.db'));
    assert.equal(database.prepare('SELECT count(*) AS n FROM versions').get()?.['n'], 1);
    database.close();
  });

  test('is its owner’s alone', async () => {
    const directory = newDirectory();
    const store = await open(directory);
    await store.commit([put('a', '1')]);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    for (const name of readdirSync(directory)) {
      assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
    }
    await store.close();
  });
});

describe('a store that cannot be opened says why', () => {
  test('a newer format', async () => {
    const directory = newDirectory();
    await (await open(directory)).close();
    const database = new DatabaseSync(join(directory, 'store.db'));
    database.exec('PRAGMA user_version = 7');
    database.close();
    await rejectsOpen(directory, 'newer-format', /has format 7, .* reads up to 2: run/);
  });

  test('a file of another program', async () => {
    const directory = newDirectory();
    mkdirSync(directory);
    const database = new DatabaseSync(join(directory, 'store.db'));
    database.exec('CREATE TABLE songs (name TEXT)');
    database.close();
    await rejectsOpen(directory, 'unreadable', /another program: choose another/);
  });

  test('no database at all', async () => {
    const directory = newDirectory();
    mkdirSync(directory);
    writeFileSync(join(directory, 'store.db'), 'what is this? '.repeat(1000));
    await rejectsOpen(directory, 'damaged', /is damaged .*restore/);
  });

  test('a flipped bit', async () => {
    const directory = newDirectory();
    const store = await open(directory);
    await store.commit([put('a', 'needle in the haystack')]);
    await store.close();
    const path = join(directory, 'store.db');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('needle');
    assert.ok(at > 0);
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(path, bytes);
    await rejectsOpen(directory, 'damaged', /the stored a is not what was written/);
  });

  test('half of the file', async () => {
    const directory = newDirectory();
    const store = await open(directory);
    for (let index = 0; index < 200; index++)
      await store.commit([put(`k${index}`, 'x'.repeat(500))]);
    await store.close();
    const path = join(directory, 'store.db');
    writeFileSync(path, readFileSync(path).subarray(0, 40_000));
    await rejectsOpen(directory, 'damaged', /restore the data directory from a backup/);
  });

  test('a directory that is a file', async () => {
    const directory = newDirectory();
    writeFileSync(directory, '');
    await rejectsOpen(join(directory, 'data'), 'unreadable', /check the owner and mode/);
  });

  test('no permission', {
    skip: process.getuid?.() === 0 && 'root may open anything',
  }, async () => {
    const directory = newDirectory();
    mkdirSync(directory);
    chmodSync(directory, 0o500);
    await rejectsOpen(directory, 'unreadable', /check the owner and mode/);
  });

  test('used twice in one process', async () => {
    const directory = newDirectory();
    const store = await open(directory);
    await rejectsOpen(directory, 'in-use', /in use by another process: stop/);
    await store.commit([put('a', '1')]);
    await store.close();
  });

  test('used by another process, free again after that is killed', async () => {
    const directory = newDirectory();
    const holder = startWriter(directory, 0);
    assert.equal(await holder.line(), 'open');
    await rejectsOpen(directory, 'in-use', /in use by another process: stop/);
    const rival = startWriter(directory, 0);
    assert.equal(await rival.line(), 'failed in-use');
    await holder.kill();
    await rival.kill();
    await (await open(directory)).close();
  });
});

interface Writer {
  /** The next line, or undefined at the end. */
  line(): Promise<string | undefined>;
  kill(): Promise<void>;
}

function startWriter(directory: string, writers: number): Writer {
  const script = fileURLToPath(new URL('./testing/writer.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, directory, String(writers)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(child.stdout);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    line: async () => (await lines.next()).value as string | undefined,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test('what was acknowledged before kill -9 is there', async () => {
  const directory = newDirectory();
  let newest = 1;
  for (const acknowledgements of [40, 400, 1500]) {
    const writer = startWriter(directory, 8);
    assert.equal(await writer.line(), 'open');
    const acknowledged: [string, number, number][] = [];
    while (acknowledged.length < acknowledgements) {
      const [name = '', number, revision] = ((await writer.line()) ?? '').split(' ');
      acknowledged.push([name, Number(number), Number(revision)]);
    }
    await writer.kill();
    const store = await open(directory);
    const snapshot = store.snapshot();
    for (const [name, number, revision] of acknowledged) {
      assert.ok(revision > newest && revision <= store.revision, 'revisions never go back');
      assert.equal(snapshot.get(`${name}/${number}`)?.modRevision, revision);
      const last = snapshot.get(`${name}/last`);
      assert.ok(last && last.modRevision >= revision);
      const whole = snapshot.get(`${name}/${textOf(last.value.bytes)}`);
      assert.equal(whole?.modRevision, last.modRevision, 'commits are whole');
    }
    newest = store.revision;
    await store.close();
  }
});

/** As a process finds it that starts after the one that has the store open was killed. */
function copyOf(directory: string): string {
  const copy = newDirectory();
  // By another process: to read the file here would drop our lock on it.
  spawnSync('cp', ['-r', directory, copy]);
  return copy;
}

test('a log that ends anywhere gives the whole commits before that point', async () => {
  const directory = newDirectory();
  const store = await open(directory);
  for (let number = 1; number <= 40; number++) {
    const text = 'x'.repeat((number * 397) % 9000);
    await store.commit([put('last', `${number}`), put(`k${number}`, text)]);
  }
  const copy = copyOf(directory);
  await store.close();
  const log = readFileSync(join(copy, 'store-0.log'));
  const used = log.findLastIndex((byte) => byte !== 0) + 1;
  let found = 0;
  for (let part = 0; part <= 8; part++) {
    const torn = newDirectory();
    spawnSync('cp', ['-r', copy, torn]);
    writeFileSync(join(torn, 'store-0.log'), log.subarray(0, Math.ceil((used * part) / 8)));
    const opened = await open(torn);
    const { revision } = opened;
    assert.ok(revision >= found, 'a longer log never has less');
    found = revision;
    const last = opened.snapshot().get('last');
    assert.equal(last ? textOf(last.value.bytes) : '0', `${revision - 1}`);
    assert.equal(opened.snapshot().count('k', 'l'), revision - 1);
    assert.equal(await opened.commit([put('next', '1')]), revision + 1);
    await opened.close();
  }
  assert.equal(found, 41);
});

test('a log that lost what was acknowledged is damaged, not shorter', async () => {
  const directory = newDirectory();
  const store = await open(directory);
  await store.commit([put('a', 'needle in the haystack')]);
  await store.commit([put('b', '1')]);
  const copy = copyOf(directory);
  await store.close();
  const path = join(copy, 'store-0.log');
  const bytes = readFileSync(path);
  const at = bytes.indexOf('needle');
  assert.ok(at > 0);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
  await rejectsOpen(copy, 'damaged', /the log .*store-0\.log.* is damaged: .* restore/);
});

test('many times what the log holds is there, closed or killed, and forgotten when it may be', async () => {
  const directory = newDirectory();
  const first = await open(directory);
  const text = 'x'.repeat(100_000);
  for (let round = 0; round < 30; round++) {
    await Promise.all(
      Array.from({ length: 10 }, (_, key) => first.commit([put(`k${key}`, `${round} ${text}`)])),
    );
    // Of versions that stand in the log only, too.
    if (round % 7 === 6) await first.compact(first.revision - 5);
  }
  await first.commit([remove('k0')]);
  const killed = await open(copyOf(directory));
  await first.close();
  const closed = await open(directory);
  for (const store of [killed, closed]) {
    assert.equal(store.revision, 302);
    assert.equal(store.snapshot().get('k0'), undefined);
    assert.equal(store.snapshot().count('k', 'l'), 9);
    const last = store.snapshot().get('k9')?.value.bytes ?? new Uint8Array();
    assert.equal(textOf(last), `29 ${text}`);
    await store.compact(store.revision);
    await store.close();
  }
  const database = new DatabaseSync(join(directory, 'store.db'));
  assert.equal(database.prepare('SELECT count(*) AS n FROM versions').get()?.['n'], 9);
  database.close();
});

test('a file of format 1 is taken over', async () => {
  const directory = newDirectory();
  mkdirSync(directory, { mode: 0o700 });
  const database = new DatabaseSync(join(directory, 'store.db'));
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA application_id = ${0x676e7472};
    PRAGMA user_version = 1;
    CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), compacted INTEGER NOT NULL);
    INSERT INTO state (id, compacted) VALUES (1, 1);
    CREATE TABLE versions (id INTEGER PRIMARY KEY, key TEXT NOT NULL, created INTEGER NOT NULL,
      deadline INTEGER, bytes BLOB, checksum INTEGER NOT NULL);
  `);
  const bytes = Buffer.from('1');
  database
    .prepare('INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?)')
    .run(2 * 1024, 'a', 2, null, bytes, crc32(bytes, crc32('a')));
  database.close();
  const store = await open(directory);
  assert.equal(contents(store.snapshot()), 'a=1');
  assert.equal(await store.commit([put('b', '2')]), 3);
  await store.close();
  const again = await open(directory);
  assert.equal(contents(again.snapshot()), 'a=1 b=2');
  assert.deepEqual(readdirSync(directory).sort(), [
    'store-0.log',
    'store-1.log',
    'store.db',
    'store.db-journal',
  ]);
  await again.close();
});

/** A file system of a few MB, when we may mount one. */
function mountSmall(path: string, megabytes: number): boolean {
  mkdirSync(path, { recursive: true });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  return status === 0;
}

test('a full disk refuses commits, shows nothing of them, and works again with space', async (t) => {
  const mount = join(root, 'small');
  if (!mountSmall(mount, 24)) return t.skip('needs the right to mount a tmpfs');
  try {
    const directory = join(mount, 'data');
    const store = await open(directory);
    const sink = new Recorder();
    store.watch('', sink);
    await store.commit([put('a', '1')]);
    const ballast = join(mount, 'ballast');
    const free = spawnSync('sh', ['-c', `cat /dev/zero > ${ballast}`]);
    assert.notEqual(free.status, 0);

    const text = 'x'.repeat(1_000_000);
    let written = 0;
    let failure: unknown;
    for (; failure === undefined && written < 40; written++) {
      await store
        .commit([put(`big/${written}`, text)])
        .catch((error: unknown) => (failure = error));
    }
    assert.ok(failure instanceof StoreFailedError);
    assert.match(failure.message, /no space is left .* make room/);
    const { revision } = store;
    const doomed = [put('a', text + text), put('b', text), put('c', 'small')].map((operation) =>
      store.commit([operation]),
    );
    assert.equal(store.head().count('', '\uffff'), store.snapshot().count('', '\uffff') + 2);
    for (const each of doomed) await assert.rejects(each, StoreFailedError);
    assert.equal(store.revision, revision);
    assert.equal(textOf(store.head().get('a')?.value.bytes ?? new Uint8Array()), '1');
    assert.equal(store.snapshot().get('b'), undefined);
    assert.equal(sink.changesSeen.at(-1)?.revision, revision);

    const killed = join(root, 'killed');
    mkdirSync(killed);
    assert.ok(mountSmall(killed, 24));
    spawnSync('cp', ['-r', mount, killed]);
    const restarted = await open(join(killed, 'small/data'));
    assert.equal(restarted.revision, revision, 'a full disk does not prevent a start');
    await restarted.close();
    spawnSync('umount', ['-l', killed]);

    rmSync(ballast);
    const again = await store.commit([put('b', 'works')]);
    assert.ok(again > revision);
    assert.equal(sink.changesSeen.at(-1)?.revision, again);
    await store.close();
    const reopened = await open(directory);
    assert.equal(reopened.revision, again);
    assert.equal(textOf(reopened.snapshot().get('b')?.value.bytes ?? new Uint8Array()), 'works');
    assert.equal(reopened.snapshot().get('c'), undefined);
    await reopened.close();
  } finally {
    spawnSync('umount', ['-l', mount]);
  }
});

test('a disk that is full from the start', async (t) => {
  const mount = join(root, 'tiny');
  if (!mountSmall(mount, 1)) return t.skip('needs the right to mount a tmpfs');
  try {
    spawnSync('sh', ['-c', `cat /dev/zero > ${join(mount, 'ballast')}`]);
    await rejectsOpen(join(mount, 'data'), 'full', /no space is left/);
  } finally {
    spawnSync('umount', ['-l', mount]);
  }
});
