import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointSlices } from '#api/kinds/index.ts';
import { Drain } from './drain.ts';
import { openTrafficWorld } from './testing/world.ts';

function endpoint(uid: string, conditions: object) {
  return {
    addresses: ['10.244.0.2'],
    conditions,
    targetRef: { kind: 'Pod', namespace: 'default', name: uid, uid },
  };
}

const open = { ready: true, serving: true, terminating: false };
const ending = { ready: false, serving: true, terminating: true };

/** A slice with pod `a`, and a drain whose tables are applied when the test says so. */
async function openDrain(conditions: object = open) {
  const world = await openTrafficWorld();
  const slices = world.informers.of(endpointSlices);
  const applied = Promise.withResolvers<void>();
  const drain = new Drain({ slices, timers: world.time, settled: () => applied.promise });
  drain.start();
  world.informers.start();
  await world.informers.whenSynced();
  await world.create(endpointSlices, {
    metadata: { name: 's', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [endpoint('a', conditions)],
    ports: [{ name: '', port: 80, protocol: 'TCP' }],
  });
  await world.rest();
  const state = { ended: false };
  const drained = (uid: string): void => {
    void drain.drained(uid).then(() => (state.ended = true));
  };
  const change = (conditionsNow: object) =>
    world.patch(endpointSlices, 's', { endpoints: [endpoint('a', conditionsNow)] });
  return { world, drain, drained, change, state, applied };
}

test('a pod in no Service is not waited for', async () => {
  const { world, drained, state } = await openDrain();
  drained('b');
  await world.rest();
  assert.ok(state.ended);
});

test('it waits for the slice, then for the tables, then for the last connections', async () => {
  const { world, drained, change, state, applied } = await openDrain();
  drained('a');
  await world.rest();
  assert.equal(state.ended, false);
  await change(ending);
  await world.rest();
  world.time.advance(1000);
  await world.rest();
  assert.equal(state.ended, false);
  applied.resolve();
  await world.rest();
  world.time.advance(199);
  await world.rest();
  assert.equal(state.ended, false);
  world.time.advance(1);
  await world.rest();
  assert.ok(state.ended);
});

test('a slice that is taken away lets it go, too', async () => {
  const { world, drained, state, applied } = await openDrain();
  applied.resolve();
  drained('a');
  await world.rest();
  await world.remove(endpointSlices, 's');
  await world.rest();
  world.time.advance(200);
  await world.rest();
  assert.ok(state.ended);
});

test('one that is offered to its very end is not waited for', async () => {
  const { world, drained, state, applied } = await openDrain({ ...ending, ready: true });
  applied.resolve();
  drained('a');
  await world.rest();
  world.time.advance(200);
  await world.rest();
  assert.ok(state.ended);
});

test('nobody updates the slice: five seconds and no more', async () => {
  const { world, drained, state } = await openDrain();
  drained('a');
  await world.rest();
  world.time.advance(4999);
  await world.rest();
  assert.equal(state.ended, false);
  world.time.advance(1);
  await world.rest();
  assert.ok(state.ended);
});

test('when gantry ends nobody waits', async () => {
  const { world, drain, drained, state, applied } = await openDrain();
  applied.resolve();
  drained('a');
  await world.rest();
  drain.stop();
  await world.rest();
  world.time.advance(200);
  await world.rest();
  assert.ok(state.ended);
});
