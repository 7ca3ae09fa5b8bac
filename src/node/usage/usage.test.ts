import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualTime } from '#store/testing/manual-time.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import type { ContainerStats } from '../runtime/runtime.ts';
import { UsageMeter } from './usage.ts';

function world() {
  const time = new ManualTime(1_000_000);
  const { files } = new MemoryFiles();
  const state = { ticks: 1000, cpu: 0, samples: 0, ids: ['c1'] };
  const meter = new UsageMeter({
    files,
    clock: time,
    timers: time,
    stats: async (): Promise<readonly ContainerStats[]> => {
      state.samples++;
      return state.ids.map((containerId) => ({
        containerId,
        podUid: 'p',
        name: containerId,
        timeMs: time.now(),
        cpuNanoseconds: state.cpu,
        workingSetBytes: 4096,
        usageBytes: 8192,
        rootfsBytes: 0,
      }));
    },
  });
  const write = async (): Promise<void> => {
    await files.write('/proc/stat', `cpu  ${state.ticks} 0 0 5000 700 0 0 0 9 9\ncpu0 1 2\n`);
    await files.write('/proc/meminfo', 'MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n');
  };
  const pass = async (ms: number): Promise<void> => {
    // Half a processor by the machine, a quarter by the container.
    state.ticks += ms / 20;
    state.cpu += ms * 250_000;
    await write();
    time.advance(ms);
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  return { meter, state, pass, write };
}

test('the first question waits for a second sample', async () => {
  const { meter, state, pass, write } = world();
  await write();
  const asked = meter.measure();
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  await pass(1000);
  const usage = await asked;
  assert.equal(usage.windowMs, 1000);
  assert.deepEqual(usage.node, { cpuNanocores: 500_000_000, memoryBytes: 600 * 1024 });
  assert.deepEqual(usage.containers, [
    { podUid: 'p', container: 'c1', cpuNanocores: 250_000_000, memoryBytes: 4096 },
  ]);
  assert.equal(state.samples, 2);
});

test('questions close together share a sample, later ones a window', async () => {
  const { meter, state, pass, write } = world();
  await write();
  const both = [meter.measure(), meter.measure()];
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  await pass(1000);
  const [one, other] = await Promise.all(both);
  assert.equal(one, other);
  await meter.measure();
  assert.equal(state.samples, 2);
  await pass(15_000);
  assert.equal((await meter.measure()).windowMs, 15_000);
  await pass(15_000);
  state.ids = ['c1', 'c2'];
  const later = await meter.measure();
  assert.equal(state.samples, 4);
  assert.deepEqual(
    later.containers.map(({ container }) => container),
    ['c1', 'c2'],
  );
  await pass(300_000);
  const stale = meter.measure();
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  await pass(1000);
  assert.equal((await stale).windowMs, 1000);
});
