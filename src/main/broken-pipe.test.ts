import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

test('a reader that has seen enough ends a command that goes on saying things', async () => {
  const script = `
    const { onBrokenPipe } = await import(process.argv[1]);
    onBrokenPipe([process.stdout], () => process.exit(0));
    setInterval(() => process.stdout.write('a line\\n'), 1);
  `;
  const args = ['--input-type=module', '-e', script, join(import.meta.dirname, 'broken-pipe.ts')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(told, '');
  assert.equal(code, 0);
});
