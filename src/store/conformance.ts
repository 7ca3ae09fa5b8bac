/** The promises of `Backend` as tests. Every driver runs them all. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Backend,
  type Operation,
  PreconditionError,
  RevisionCompactedError,
  RevisionUnknownError,
  type Snapshot,
  StoreFailedError,
} from './backend.ts';
import { ManualTime } from './testing/manual-time.ts';
import { bytesOf, Recorder, textOf } from './testing/recorder.ts';

export interface ConformanceOptions {
  readonly time: ManualTime;
  readonly historyRevisions?: number;
  readonly historyAgeMs?: number;
}

/** An empty store on the given time. The suite closes it. */
export type OpenBackend = (options: ConformanceOptions) => Promise<Backend>;

export function put(
  key: string,
  text: string,
  more: { expect?: number; ttlSeconds?: number } = {},
) {
  return { type: 'put', key, value: { bytes: bytesOf(text) }, ...more } satisfies Operation;
}

export function remove(key: string, expect?: number): Operation {
  return { type: 'delete', key, expect };
}

/** `a=1 b=2` */
export function contents(snapshot: Snapshot): string {
  const all = [...snapshot.range('', '\uffff')];
  return all.map(({ key, value }) => `${key}=${textOf(value.bytes)}`).join(' ');
}

type Use = (store: Backend, time: ManualTime) => Promise<void>;

export function backendConformance(name: string, open: OpenBackend): void {
  const using =
    (use: Use, options: Omit<ConformanceOptions, 'time'> = {}) =>
    async (): Promise<void> => {
      const time = new ManualTime();
      const store = await open({ time, ...options });
      try {
        await use(store, time);
      } finally {
        await store.close();
      }
    };
  describe(name, () => {
    describeCommits(using);
    describeSnapshots(using);
    describeWatches(using);
    describeHistory(using);
    describeExpiry(using);
    describeClosing(using);
    test('behaves as the model', () => modelTest(open));
  });
}

type Using = (use: Use, options?: Omit<ConformanceOptions, 'time'>) => () => Promise<void>;

function describeCommits(using: Using): void {
  test(
    'revisions start at 1 and grow by one per commit, shared by all its keys',
    using(async (store) => {
      assert.equal(store.revision, 1);
      assert.equal(await store.commit([put('a', '1')]), 2);
      assert.equal(await store.commit([put('b', '1'), put('c', '1'), remove('a')]), 3);
      assert.equal(store.revision, 3);
      const entry = store.snapshot().get('c');
      assert.deepEqual([entry?.createRevision, entry?.modRevision], [3, 3]);
      await store.commit([put('c', '2')]);
      const changed = store.snapshot().get('c');
      assert.deepEqual([changed?.createRevision, changed?.modRevision], [3, 4]);
      await store.commit([remove('c')]);
      await store.commit([put('c', '3')]);
      assert.equal(store.snapshot().get('c')?.createRevision, 6);
    }),
  );

  test(
    'a commit is all or nothing',
    using(async (store) => {
      await store.commit([put('a', '1')]);
      const both = store.commit([put('b', '1'), put('a', '2', { expect: 7 })]);
      await assert.rejects(both, (error) => {
        assert.ok(error instanceof PreconditionError);
        assert.equal(error.key, 'a');
        assert.equal(error.current?.modRevision, 2);
        return true;
      });
      assert.equal(contents(store.snapshot()), 'a=1');
      assert.equal(contents(store.head()), 'a=1');
      assert.equal(store.revision, 2);
    }),
  );

  test(
    'expect 0 means absent, a number means that version',
    using(async (store) => {
      await store.commit([put('a', '1', { expect: 0 })]);
      await assert.rejects(store.commit([put('a', '2', { expect: 0 })]), PreconditionError);
      await assert.rejects(store.commit([remove('b', 2)]), PreconditionError);
      await store.commit([put('a', '2', { expect: 2 })]);
      await assert.rejects(store.commit([remove('a', 2)]), PreconditionError);
      assert.equal(await store.commit([remove('a', 3)]), 4);
    }),
  );

  test(
    'a commit that changes nothing takes no revision',
    using(async (store) => {
      assert.equal(await store.commit([remove('a')]), 1);
      const real = store.commit([put('a', '1')]);
      assert.equal(await store.commit([remove('b')]), 2);
      assert.equal(store.revision, 2, 'it waited for what came before');
      assert.equal(await real, 2);
    }),
  );

  test(
    'a key occurs once in a commit',
    using(async (store) => {
      assert.throws(() => store.commit([put('a', '1'), remove('a')]), { name: 'AssertionError' });
      assert.equal(store.revision, 1);
    }),
  );

  test(
    'the head has a commit at once, readers only when it is durable',
    using(async (store) => {
      const commits = [store.commit([put('a', '1')]), store.commit([put('a', '2', { expect: 2 })])];
      assert.equal(contents(store.head()), 'a=2');
      assert.equal(store.head().revision, 3);
      assert.equal(contents(store.snapshot()), '');
      assert.throws(() => store.snapshot(2), RevisionUnknownError);
      await Promise.all(commits);
      assert.equal(contents(store.snapshot()), 'a=2');
    }),
  );

  test(
    'a refusal is heard after the commits by which it was judged',
    using(async (store) => {
      void store.commit([put('a', '1')]);
      await assert.rejects(store.commit([put('a', '2', { expect: 0 })]), PreconditionError);
      assert.equal(contents(store.snapshot()), 'a=1');
    }),
  );

  test(
    'promises resolve in revision order, watchers hear before',
    using(async (store) => {
      const heard: string[] = [];
      store.watch('', {
        changes: (changes) => heard.push(`watch ${changes[0]?.revision}`),
        closed: () => undefined,
      });
      const commits = Array.from({ length: 4 }, (_, index) =>
        store.commit([put(`k${index}`, 'x')]).then((revision) => heard.push(`done ${revision}`)),
      );
      await Promise.all(commits);
      const only = (what: string): string[] => heard.filter((line) => line.startsWith(what));
      assert.deepEqual(only('watch'), ['watch 2', 'watch 3', 'watch 4', 'watch 5']);
      assert.deepEqual(only('done'), ['done 2', 'done 3', 'done 4', 'done 5']);
      for (const revision of [2, 3, 4, 5]) {
        assert.ok(heard.indexOf(`watch ${revision}`) < heard.indexOf(`done ${revision}`));
      }
    }),
  );
}

function describeSnapshots(using: Using): void {
  test(
    'ranges are half open and sorted, counts agree, limits hold',
    using(async (store) => {
      for (const key of ['b/2', 'a', 'b/1', 'c', 'b/10', 'b']) await store.commit([put(key, key)]);
      const snapshot = store.snapshot();
      const keys = (start: string, end: string, limit?: number): string[] =>
        [...snapshot.range(start, end, limit)].map(({ key }) => key);
      assert.deepEqual(keys('b/', 'b0'), ['b/1', 'b/10', 'b/2']);
      assert.equal(snapshot.count('b/', 'b0'), 3);
      assert.deepEqual(keys('b', 'c'), ['b', 'b/1', 'b/10', 'b/2']);
      assert.deepEqual(keys('', '\uffff', 2), ['a', 'b']);
      assert.deepEqual(keys('c', 'a'), []);
      assert.equal(snapshot.count('c', 'a'), 0);
      const range = snapshot.range('a', 'b');
      assert.deepEqual([[...range].length, [...range].length], [1, 1], 'it can be read twice');
    }),
  );

  test(
    'a snapshot does not move, and older ones can be taken',
    using(async (store) => {
      await store.commit([put('a', '1')]);
      const before = store.snapshot();
      for (let index = 0; index < 200; index++) await store.commit([put('a', String(index))]);
      assert.equal(contents(before), 'a=1');
      assert.equal(contents(store.snapshot(1)), '');
      for (const revision of [3, 64, 65, 66, 100, 129, 202]) {
        assert.equal(contents(store.snapshot(revision)), `a=${revision - 3}`);
        assert.equal(store.snapshot(revision).revision, revision);
      }
      assert.throws(() => store.snapshot(203), RevisionUnknownError);
    }),
  );

  test(
    'what the owner decoded stays with the value',
    using(async (store) => {
      const decoded = Object.freeze({ kind: 'Pod' });
      await store.commit([{ type: 'put', key: 'a', value: { bytes: bytesOf('{}'), decoded } }]);
      assert.equal(store.snapshot().get('a')?.value.decoded, decoded);
    }),
  );
}

function describeWatches(using: Using): void {
  test(
    'a watch hears its prefix only, one call per commit',
    using(async (store) => {
      const pods = new Recorder();
      const all = new Recorder();
      const exact = new Recorder();
      store.watch('pods/', pods);
      store.watch('', all);
      store.watch('pods/a', exact);
      await store.commit([put('pods/a', '1'), put('nodes/a', '1'), put('pods/b', '1')]);
      await store.commit([put('nodes/a', '2')]);
      await store.commit([remove('pods/a')]);
      assert.deepEqual(pods.lines, ['2 pods/a=1', '2 pods/b=1', '4 -pods/a']);
      assert.deepEqual(pods.batches, [2, 1]);
      assert.deepEqual(all.batches, [3, 1, 1]);
      assert.deepEqual(exact.lines, ['2 pods/a=1', '4 -pods/a']);
      const [created, , deleted] = pods.changesSeen;
      assert.equal(created?.previous, undefined);
      assert.equal(deleted?.previous?.modRevision, 2);
    }),
  );

  test(
    'a watch from the past is replayed without gap or repeat, and never inside of the call',
    using(async (store) => {
      for (const text of ['1', '2', '3']) await store.commit([put('a', text)]);
      const sink = new Recorder();
      const busy = store.commit([put('a', '4')]);
      store.watch('a', sink, 2);
      assert.deepEqual(sink.lines, []);
      const later = store.commit([put('a', '5')]);
      await Promise.all([busy, later]);
      assert.deepEqual(sink.lines, ['3 a=2', '4 a=3', '5 a=4', '6 a=5']);
    }),
  );

  test(
    'a watch from the future waits for it',
    using(async (store) => {
      const sink = new Recorder();
      store.watch('a', sink, 3);
      for (const text of ['1', '2', '3']) await store.commit([put('a', text)]);
      assert.deepEqual(sink.lines, ['4 a=3']);
    }),
  );

  test(
    'a closed watch hears nothing more, not even when closed inside of a call',
    using(async (store) => {
      for (const text of ['1', '2', '3']) await store.commit([put('a', text)]);
      const seen: number[] = [];
      const closing = (): {
        changes(changes: readonly { revision: number }[]): void;
        closed(): void;
      } => ({
        changes: (changes) => {
          seen.push(changes[0]?.revision ?? 0);
          watch.close();
        },
        closed: () => seen.push(-1),
      });
      let watch = store.watch('a', closing(), 1);
      await store.commit([put('a', '4')]);
      watch = store.watch('a', closing());
      await store.commit([put('a', '5')]);
      await store.commit([put('a', '6')]);
      watch = store.watch('a', closing(), 2);
      watch.close();
      await store.commit([put('a', '7')]);
      assert.deepEqual(seen, [2, 6]);
    }),
  );

  test(
    'a watch opened inside of a call hears only what follows',
    using(async (store) => {
      const inner = new Recorder();
      const outer = store.watch('a', {
        changes: () => {
          outer.close();
          store.watch('a', inner);
        },
        closed: () => undefined,
      });
      await store.commit([put('a', '1')]);
      await store.commit([put('a', '2')]);
      assert.deepEqual(inner.lines, ['3 a=2']);
    }),
  );

  test(
    'a sink may commit',
    using(async (store) => {
      let second: Promise<number> | undefined;
      store.watch('a', {
        changes: () => {
          second = store.commit([put('b', '1')]);
        },
        closed: () => undefined,
      });
      await store.commit([put('a', '1')]);
      assert.equal(await second, 3);
    }),
  );
}

function describeHistory(using: Using): void {
  test(
    'tells when a kept commit was made',
    using(async (store, time) => {
      const begun = time.monotonic();
      for (const text of ['1', '2']) {
        await store.commit([put('a', text)]);
        time.advance(100);
      }
      const passed = [1, 2, 3, 4].map((revision) => store.committedAt(revision));
      assert.deepEqual(passed, [undefined, begun, begun + 100, undefined]);
      await store.compact(2);
      assert.equal(store.committedAt(2), undefined);
      assert.equal(store.committedAt(3), begun + 100);
    }),
  );
  test(
    'compaction forgets what was before',
    using(async (store) => {
      for (const text of ['1', '2', '3']) await store.commit([put('a', text)]);
      await store.compact(3);
      assert.equal(store.compactedRevision, 3);
      assert.equal(contents(store.snapshot(3)), 'a=2');
      assert.throws(() => store.snapshot(2), RevisionCompactedError);
      assert.throws(() => store.watch('', new Recorder(), 2), RevisionCompactedError);
      const sink = new Recorder();
      store.watch('', sink, 3);
      await store.compact(2);
      await store.commit([put('a', '4')]);
      assert.deepEqual(sink.lines, ['4 a=3', '5 a=4']);
      await assert.rejects(store.compact(99), RevisionUnknownError);
    }),
  );

  test(
    'a watch whose replay was compacted away is told so',
    using(async (store) => {
      for (const text of ['1', '2', '3']) await store.commit([put('a', text)]);
      const sink = new Recorder();
      store.watch('', sink, 2);
      await store.compact(4);
      assert.equal(sink.closedWith, 'compacted');
      assert.deepEqual(sink.lines, []);
    }),
  );

  test(
    'history is kept by number',
    using(
      async (store) => {
        for (let index = 0; index < 300; index++) await store.commit([put('a', String(index))]);
        const kept = store.revision - store.compactedRevision;
        assert.ok(kept >= 128 && kept <= 130, `${kept} are kept`);
        assert.equal(contents(store.snapshot(store.compactedRevision + 1)), `a=${300 - kept}`);
      },
      { historyRevisions: 128 },
    ),
  );

  test(
    'history is kept by age, and an idle store has no timer',
    using(
      async (store, time) => {
        await store.commit([put('a', '1')]);
        await store.commit([put('a', '2')]);
        time.advance(900);
        await store.commit([put('a', '3')]);
        time.advance(300);
        assert.equal(store.compactedRevision, 3);
        assert.equal(contents(store.snapshot(3)), 'a=2');
        time.advance(5000);
        assert.equal(store.compactedRevision, 4);
        assert.equal(contents(store.snapshot()), 'a=3');
        assert.equal(time.pending, 0);
      },
      { historyAgeMs: 1000 },
    ),
  );
}

function describeExpiry(using: Using): void {
  test(
    'a key with a time to live deletes itself',
    using(async (store, time) => {
      const sink = new Recorder();
      store.watch('', sink);
      await store.commit([put('a', '1', { ttlSeconds: 10 }), put('b', '1', { ttlSeconds: 20 })]);
      time.advance(9_999);
      await store.commit([put('c', '1')]);
      assert.equal(contents(store.snapshot()), 'a=1 b=1 c=1');
      time.advance(1);
      await store.commit([put('c', '2')]);
      assert.equal(contents(store.snapshot()), 'b=1 c=2');
      time.advance(10_000);
      await store.commit([put('c', '3')]);
      assert.equal(contents(store.snapshot()), 'c=3');
      assert.ok(sink.lines.includes('4 -a') && sink.lines.includes('6 -b'));
    }),
  );

  test(
    'a newer version has its own deadline, or none',
    using(async (store, time) => {
      await store.commit([put('a', '1', { ttlSeconds: 10 })]);
      await store.commit([put('b', '1', { ttlSeconds: 10 })]);
      await store.commit([put('c', '1', { ttlSeconds: 10 })]);
      time.advance(5000);
      await store.commit([put('a', '2', { ttlSeconds: 10 })]);
      await store.commit([put('b', '2')]);
      await store.commit([put('c', '2', { ttlSeconds: 1 })]);
      time.advance(1000);
      await store.commit([put('z', '1')]);
      assert.equal(contents(store.snapshot()), 'a=2 b=2 z=1');
      time.advance(8999);
      await store.commit([put('z', '2')]);
      assert.equal(contents(store.snapshot()), 'a=2 b=2 z=2');
      time.advance(1);
      await store.commit([put('z', '3')]);
      assert.equal(contents(store.snapshot()), 'b=2 z=3');
    }),
  );

  test(
    'a version that is under way when the deadline comes survives',
    using(async (store, time) => {
      await store.commit([put('a', '1', { ttlSeconds: 10 })]);
      const renewed = store.commit([put('a', '2', { ttlSeconds: 10 })]);
      time.advance(10_000);
      await renewed;
      await store.commit([put('b', '1')]);
      assert.equal(contents(store.snapshot()), 'a=2 b=1');
    }),
  );
}

function describeClosing(using: Using): void {
  test(
    'closing waits for what is under way and refuses what comes after',
    using(async (store, time) => {
      const sink = new Recorder();
      const starting = new Recorder();
      await store.commit([put('z', '1', { ttlSeconds: 100 })]);
      store.watch('', sink);
      const last = store.commit([put('a', '1')]);
      const closed = store.close();
      await assert.rejects(store.commit([put('a', '2')]), StoreFailedError);
      store.watch('', starting, 1);
      assert.equal(await last, 3);
      await closed;
      assert.deepEqual(sink.lines, ['3 a=1']);
      assert.equal(sink.closedWith, 'closed');
      assert.equal(starting.closedWith, 'closed');
      assert.equal(time.pending, 0);
      await store.close();
    }),
  );
}

interface ModelStep {
  readonly operations: readonly { key: string; put: boolean; expect: 'any' | 'right' | 'wrong' }[];
  readonly wait: boolean;
}

const modelSteps: fc.Arbitrary<ModelStep[]> = fc.array(
  fc.record({
    operations: fc.uniqueArray(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c/1', 'c/2', 'd'),
        put: fc.boolean(),
        expect: fc.constantFrom('any', 'any', 'right', 'wrong'),
      }),
      { minLength: 1, maxLength: 3, selector: ({ key }) => key },
    ),
    wait: fc.boolean(),
  }),
  { maxLength: 30 },
);

interface ModelKey {
  readonly text: string;
  readonly revision: number;
}

/** Runs the steps; afterwards every revision's snapshot and a watch from every revision must agree with the model. */
async function runModel(store: Backend, steps: readonly ModelStep[]): Promise<void> {
  const live = new Recorder();
  store.watch('', live);
  let model = new Map<string, ModelKey>();
  let revision = store.revision;
  const states = new Map([[revision, model]]);
  const waiting: Promise<unknown>[] = [];
  for (const [index, { operations, wait }] of steps.entries()) {
    const next = new Map(model);
    const allowed = operations.every(({ expect }) => expect !== 'wrong');
    const made = operations.map((step): Operation => {
      const now = model.get(step.key)?.revision ?? 0;
      const expect = { any: undefined, right: now, wrong: now + 1000 }[step.expect];
      if (step.put) next.set(step.key, { text: `v${index}`, revision: revision + 1 });
      else next.delete(step.key);
      const value = { bytes: bytesOf(`v${index}`) };
      return step.put ? { type: 'put', key: step.key, value, expect } : remove(step.key, expect);
    });
    const effect = operations.some(({ key, put }) => put || model.has(key));
    const done = store.commit(made);
    if (allowed && effect) {
      revision++;
      model = next;
      states.set(revision, model);
    }
    const expected = revision;
    if (allowed) waiting.push(done.then((at) => assert.equal(at, expected)));
    else waiting.push(assert.rejects(done, PreconditionError));
    if (wait) await Promise.all(waiting);
  }
  await Promise.all(waiting);
  const text = (state: ReadonlyMap<string, ModelKey>): string =>
    [...state]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => `${key}=${each.text}`)
      .join(' ');
  assert.equal(store.revision, revision);
  for (const [at, state] of states) {
    assert.equal(contents(store.snapshot(at)), text(state));
    const replay = new Recorder();
    const watch = store.watch('', replay, at);
    await Promise.resolve();
    watch.close();
    assert.deepEqual(
      replay.lines,
      live.lines.filter((line) => Number.parseInt(line, 10) > at),
    );
  }
}

async function modelTest(open: OpenBackend): Promise<void> {
  await fc.assert(
    fc.asyncProperty(modelSteps, async (steps) => {
      const store = await open({ time: new ManualTime() });
      try {
        await runModel(store, steps);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 30 },
  );
}
