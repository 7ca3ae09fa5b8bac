/** A run that never yields is ended, and its place in the code told. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const dog = join(import.meta.dirname, 'watchdog.ts');
const program = `
  import { watchMainThread } from ${JSON.stringify(dog)};
  watchMainThread(400);
  async function spin() { for (;;) await undefined; }
  setTimeout(spin, 100);
`;

test('promises that wake each other for ever are found', () => {
  const { stderr, signal } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '-e', program],
    { encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' },
  );
  assert.equal(signal, 'SIGTERM', stderr);
  assert.match(stderr, /has not yielded.*\n {4}at spin /);
});
