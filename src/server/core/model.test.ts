/**
 * Random writes against a plain model: what a list says is what a watcher that began anywhere has
 * put together from events, and no event is missing, repeated or out of order.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configMaps } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type { ConfigMap } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import {
  type Heard,
  listen,
  openTestCluster,
  settle,
  type TestCluster,
} from '../testing/cluster.ts';

type Step =
  | { readonly type: 'create' | 'delete' | 'watch' | 'pause'; readonly name: string }
  | {
      readonly type: 'write';
      readonly name: string;
      readonly value: string;
      readonly stale: boolean;
    };

const names = fc.constantFrom('a', 'b', 'c', 'd');
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constantFrom(
        'create' as const,
        'delete' as const,
        'watch' as const,
        'pause' as const,
      ),
      name: names,
    }),
    fc.record({
      type: fc.constant('write' as const),
      name: names,
      value: fc.constantFrom('1', '2', '3'),
      stale: fc.boolean(),
    }),
  ),
  { maxLength: 60 },
);

interface Watched {
  readonly heard: Heard;
  /** What the watcher knew before its first event. */
  readonly state: ReadonlyMap<string, KubeObject>;
  readonly only: string | undefined;
}

async function listed(cluster: TestCluster, only?: string) {
  const fieldSelector = only === undefined ? undefined : `metadata.name=${only}`;
  const list = await cluster.core.list(cluster.context, { kind: configMaps }, { fieldSelector });
  const state = new Map(list.items.map(({ object }) => [object.metadata.name, object]));
  return { state, resourceVersion: list.resourceVersion };
}

async function run(cluster: TestCluster, script: readonly Step[]): Promise<Watched[]> {
  const { core, context } = cluster;
  const model = new Map<string, KubeObject>();
  const watched: Watched[] = [];
  const writes: Promise<unknown>[] = [];
  for (const step of script) {
    const at = { kind: configMaps, namespace: 'default', name: step.name };
    switch (step.type) {
      case 'create':
        writes.push(
          outcome(
            cluster.create(configMaps, { metadata: { name: step.name }, data: {} }),
            model.has(step.name) ? 'AlreadyExists' : undefined,
          ),
        );
        if (!model.has(step.name)) model.set(step.name, {} as KubeObject);
        break;
      case 'delete':
        writes.push(
          outcome(core.delete(context, at, {}), model.has(step.name) ? undefined : 'NotFound'),
        );
        model.delete(step.name);
        break;
      case 'write': {
        const metadata = step.stale ? { resourceVersion: '1' } : {};
        const patch = { type: 'merge' as const, body: { metadata, data: { value: step.value } } };
        const expected = step.stale ? 'Conflict' : undefined;
        writes.push(
          outcome(core.patch(context, at, patch, {}), model.has(step.name) ? expected : 'NotFound'),
        );
        break;
      }
      case 'watch': {
        const only = watched.length % 2 === 0 ? undefined : step.name;
        const { state, resourceVersion } = await listed(cluster, only);
        await settle();
        const fieldSelector = only === undefined ? undefined : `metadata.name=${only}`;
        const { heard } = listen(cluster, configMaps, { resourceVersion, fieldSelector });
        watched.push({ heard, state, only });
        break;
      }
      default:
        await settle();
    }
  }
  await Promise.all(writes);
  await settle();
  return watched;
}

/** Judged on the head, so what the model says holds even while earlier writes are under way. */
async function outcome(promise: Promise<unknown>, refusal: string | undefined): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.equal(isStatusError(error) ? error.reason : error, refusal);
}

function replayed({ heard, state }: Watched): Map<string, KubeObject> {
  const known = new Map(state);
  let last = 0;
  for (const { type, item } of heard.events) {
    const { name, resourceVersion } = item.object.metadata;
    assert.ok(Number(resourceVersion) > last, 'in order, once');
    last = Number(resourceVersion);
    assert.equal(known.has(name), type !== 'ADDED', `${type} ${name}`);
    if (type === 'DELETED') known.delete(name);
    else known.set(name, item.object);
  }
  return known;
}

test('list and watch give the state, from wherever the watch began', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const cluster = await openTestCluster();
      for (const each of await run(cluster, script)) {
        const { state } = await listed(cluster, each.only);
        assert.deepEqual(replayed(each), state);
      }
      for (const object of (await listed(cluster)).state.values()) {
        const at = { kind: configMaps, namespace: 'default', name: object.metadata.name };
        const stored = await cluster.core.get(cluster.context, at);
        assert.equal(stored.object, object);
        assert.deepEqual(JSON.parse(new TextDecoder().decode(stored.bytes)) as ConfigMap, object);
      }
    }),
    { numRuns: 60 },
  );
});
