import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { systemFiles } from '#sys/files.ts';
import { systemTimers } from '#sys/timers.ts';
import { boundLogs } from './bound-logs.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-logs-'));
after(() => rmSync(folder, { recursive: true }));

it('cuts a log that has grown, while its writer goes on', async () => {
  const path = join(folder, 'program.log');
  const writer = openSync(path, 'a');
  writeSync(writer, 'a long line\n');
  const bounds = boundLogs(
    [path, join(folder, 'none.log')],
    { files: systemFiles, timers: systemTimers },
    { logFileBytes: 5, logLookMs: 1 },
  );
  while (!existsSync(`${path}.1`) || readFileSync(path, 'utf8') !== '') {
    await new Promise((resolve) => setImmediate(resolve));
  }
  bounds.stop();
  writeSync(writer, 'next\n');
  closeSync(writer);
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'a long line\n');
  assert.equal(readFileSync(path, 'utf8'), 'next\n');
});
