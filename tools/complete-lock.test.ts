import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeLock, platformOf } from './complete-lock.ts';

test('reads the platform off a name', () => {
  assert.deepEqual(platformOf('@oxlint/binding-linux-x64-musl'), {
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
  });
  assert.deepEqual(platformOf('@biomejs/cli-darwin-arm64'), { os: ['darwin'], cpu: ['arm64'] });
  assert.deepEqual(platformOf('@oxc-parser/binding-linux-arm-gnueabihf')?.cpu, ['arm']);
  assert.equal(platformOf('@napi-rs/wasm-runtime'), undefined);
});

test('adds what is missing, keeps what is there, and is done after one run', () => {
  const lock = {
    packages: {
      'node_modules/tool': {
        version: '1.2.3',
        dev: true,
        optionalDependencies: {
          'tool-linux-x64': '1.2.3',
          'tool-win32-x64': '1.2.3',
          fsevents: '2',
        },
      },
      'node_modules/tool-linux-x64': { version: '1.2.3', dev: true, optional: true },
    },
  };
  assert.deepEqual(completeLock(lock), ['tool-win32-x64']);
  assert.deepEqual(Object.entries(lock.packages).at(-1), [
    'node_modules/tool-win32-x64',
    { version: '1.2.3', dev: true, optional: true, os: ['win32'], cpu: ['x64'] },
  ]);
  assert.deepEqual(completeLock(lock), []);
});
