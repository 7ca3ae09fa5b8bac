import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decide } from '#api/decision.ts';
import { allKinds, configMaps } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { ConfigMap } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { limits } from '#base/limits.ts';
import { silentLogger } from '#base/log.ts';
import { StatusError } from '#base/status-error.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster } from '#server/testing/cluster.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { LoopRuntime } from './runtime.ts';

const where = collectionOf(configMaps as Kind, 'default');

async function setUp(decide: Decide, wrap: (verbs: Verbs) => Verbs = (verbs) => verbs) {
  const { core, context, time } = await openTestCluster();
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const verbs = inProcessVerbs({ core, kinds: () => kinds, authorizer }, context.user);
  const runtime = new LoopRuntime({
    verbs,
    verbsFor: () => wrap(verbs),
    clock: time,
    timers: time,
    random: seededRandom(),
    logger: silentLogger,
    fullPassMs: 60_000,
  });
  runtime.add({ name: 'copier', sources: [{ kind: configMaps }], decide });
  const run = async (ms = 50): Promise<void> => {
    for (const end = time.now() + ms; time.now() <= end; time.advance(10)) {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    }
  };
  const started = runtime.start();
  await run();
  await started;
  const make = (name: string, data: Record<string, string> = {}) =>
    verbs.create(where, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
      data,
    } as ConfigMap);
  const read = async (name: string) => (await verbs.get({ ...where, name })) as ConfigMap;
  const stats = () => {
    const [only] = runtime.stats();
    assert.ok(only);
    return only;
  };
  return { verbs, runtime, run, make, read, stats, time };
}

/** Counts `n` up to 3, one step per decision. */
const counting: Decide = (view, key) => {
  const found = view.get(configMaps, 'default', key.split('/')[1] ?? '');
  const n = Number(found?.data?.['n'] ?? Number.NaN);
  if (found === undefined || !(n < 3)) return { actions: [] };
  const object = { ...found, data: { n: String(n + 1) } };
  return { actions: [{ type: 'update', kind: configMaps as Kind, object }] };
};

test('a decision sees what the one before it wrote', async () => {
  const { run, make, read, stats } = await setUp(counting);
  await make('a', { n: '0' });
  await run();
  assert.equal((await read('a')).data?.['n'], '3');
  assert.deepEqual(stats().actions, { update: 3 });
  assert.deepEqual(stats().refusals, {}, 'no conflict with itself');
});

test('a refusal is tried again with a newer view, and says why meanwhile', async () => {
  let refusals = 2;
  const failures: (string | undefined)[] = [];
  const watching: Decide = (view, key, now) => {
    const decision = counting(view, key, now);
    if (decision.actions.length > 0) failures.push(view.failure?.reason);
    return decision;
  };
  const { run, make, read, stats } = await setUp(watching, (verbs) => ({
    ...verbs,
    update: async (ref, object, options) => {
      if (refusals-- > 0) throw new StatusError('TooManyRequests', 'slowly');
      return verbs.update(ref, object, options);
    },
  }));
  await make('a', { n: '2' });
  await run(200);
  assert.equal((await read('a')).data?.['n'], '3');
  assert.deepEqual(failures, [undefined, 'TooManyRequests', 'TooManyRequests']);
  assert.deepEqual(stats().refusals, { update: 2 });
});

for (const [title, named] of [
  ['a create', { name: 'copy' }],
  ['a create whose name is made up', { name: '', generateName: 'copy-' }],
] as const) {
  test(`${title} is looked for when its answer was lost, before its key is decided again`, async () => {
    const order: string[] = [];
    const copying: Decide = (view, key) => {
      if (key !== 'default/a') return { actions: [] };
      order.push('decided');
      const others = view
        .list(configMaps, 'default')
        .filter(({ metadata }) => metadata.name !== 'a');
      if (others.length > 0) return { actions: [] };
      const metadata = { ...named, namespace: 'default' };
      const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
      return { actions: [{ type: 'create', kind: configMaps, object }] };
    };
    const { run, make } = await setUp(copying, (verbs) => ({
      ...verbs,
      create: async (ref, object) => {
        await verbs.create(ref, object);
        order.push('made');
        throw new StatusError('ServerTimeout', 'it may have been carried out');
      },
      get: async (ref) => {
        order.push('asked');
        if (order.length < 5) throw new StatusError('ServiceUnavailable', 'not yet');
        return verbs.get(ref);
      },
    }));
    await make('a');
    await run(500);
    assert.deepEqual(order, ['decided', 'made', 'asked', 'asked', 'asked', 'decided']);
  });
}

test('alike actions go in growing batches that stop at a failure', async () => {
  let asked = 0;
  let done = false;
  const decide: Decide = (_view, key) => {
    if (!key.endsWith('/seed') || done) return { actions: [] };
    done = true;
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: '', generateName: 'x-', namespace: 'default' },
    };
    const actions = Array.from({ length: 20 }, () => ({
      type: 'create' as const,
      kind: configMaps as Kind,
      object,
    }));
    return { actions: [{ type: 'together', actions }] };
  };
  const { run, make, stats } = await setUp(decide, (verbs) => ({
    ...verbs,
    create: async (ref, object, options) => {
      if (++asked > 2) throw new StatusError('Forbidden', 'exceeded quota');
      return verbs.create(ref, object, options);
    },
  }));
  await make('seed');
  await run();
  assert.deepEqual(stats().refusals, { create: 1 });
  assert.deepEqual(
    stats().actions,
    { create: 2 },
    '1, then 2 of which one is refused, then no more',
  );
});

test('the full pass finds what nothing woke, and counts it', async () => {
  let ripe = false;
  const decide: Decide = (view, key, now) => (ripe ? counting(view, key, now) : { actions: [] });
  const { run, make, read, stats } = await setUp(decide);
  await make('a', { n: '2' });
  await run();
  ripe = true;
  await run(61_000);
  assert.equal((await read('a')).data?.['n'], '3');
  assert.equal(stats().fullPassFindings, 1);
});

test('a time has come when the clock is set past it', async () => {
  const hourMs = 3_600_000;
  const seen: string[] = [];
  let dueMs = Number.POSITIVE_INFINITY;
  const { make, run, time } = await setUp((_view, key, now) => {
    if (key === 'default/soon') seen.push(now < dueMs ? 'waits' : 'has come');
    return { actions: [], ...(key === 'default/soon' && now < dueMs && { again: dueMs }) };
  });
  dueMs = time.now() + hourMs;
  await make('soon');
  await run();
  time.jump(hourMs);
  // A jump alone wakes nobody; whatever happens next, in any loop, does.
  await make('other');
  await run();
  assert.deepEqual(seen, ['waits', 'has come']);
});

test('a decision that throws is a fault of its key alone', async () => {
  const decide: Decide = (view, key, now) => {
    if (key.endsWith('/bad')) throw new Error('a bug');
    return counting(view, key, now);
  };
  const { run, make, read, stats } = await setUp(decide);
  await make('bad');
  await make('good', { n: '0' });
  await run();
  assert.equal((await read('good')).data?.['n'], '3');
  assert.ok(stats().faults > 0);
});

/** Writes into the status-like `told` what `n` says; passing while that is below 10. */
const telling: Decide = (view, key) => {
  const found = view.get(configMaps, 'default', key.split('/')[1] ?? '');
  const { n = '0', told } = found?.data ?? {};
  if (found === undefined || n === told) return { actions: [] };
  const object = { ...found, data: { n, told: n } };
  const passing = Number(n) < 10;
  return { actions: [{ type: 'update', kind: configMaps as Kind, object, passing }] };
};

test('passing states are told spaced, the first at once; what is not passing never waits, and at rest all is told', async () => {
  const { verbs, run, make, read, stats, runtime } = await setUp(telling);
  const count = async (n: number): Promise<void> => {
    const found = await read('a');
    const next: ConfigMap = { ...found, data: { ...found.data, n: `${n}` } };
    await verbs.update({ ...where, name: 'a' }, next);
    await run(20);
  };
  await make('a', { n: '0' });
  await run(20);
  assert.equal((await read('a')).data?.['told'], '0', 'the first at once');
  for (const n of [1, 2, 3]) await count(n);
  assert.equal((await read('a')).data?.['told'], '0');
  assert.equal(runtime.idle, false, 'something is left unsaid');
  await run(limits.passingStatusMs);
  assert.equal((await read('a')).data?.['told'], '3', 'with what has come together');
  assert.equal(runtime.idle, true);
  await count(4);
  await count(10);
  assert.equal((await read('a')).data?.['told'], '10', 'at once, though 4 was held back');
  await run(limits.passingStatusMs);
  assert.deepEqual(stats().actions, { update: 3 });
  assert.equal(stats().fullPassFindings, 0);
  assert.equal(runtime.idle, true);
});

test('a passing state that was refused is tried again without waiting for its turn', async () => {
  let refusals = 1;
  const { run, make, read, stats } = await setUp(telling, (verbs) => ({
    ...verbs,
    update: async (ref, object, options) => {
      if (refusals-- > 0) throw new StatusError('TooManyRequests', 'slowly');
      return verbs.update(ref, object, options);
    },
  }));
  await make('a', { n: '1' });
  await run(50);
  assert.equal((await read('a')).data?.['told'], '1');
  assert.deepEqual(stats().refusals, { update: 1 });
});

test('what a namespace on its way out refuses is not tried again', async () => {
  const copying: Decide = (view, key) => {
    const [, name = ''] = key.split('/');
    if (name !== 'a' || view.get(configMaps, 'default', 'copy') !== undefined)
      return { actions: [] };
    const metadata = { name: 'copy', namespace: 'default' };
    const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    return { actions: [{ type: 'create', kind: configMaps, object }] };
  };
  const { run, make, stats } = await setUp(copying, (verbs) => ({
    ...verbs,
    create: () => {
      const causes = [{ reason: 'NamespaceTerminating', message: '', field: 'metadata.namespace' }];
      return Promise.reject(new StatusError('Forbidden', 'too late', { causes }));
    },
  }));
  await make('a');
  await run(5000);
  assert.deepEqual(stats().refusals, { create: 1 });
});
