import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Change } from './backend.ts';
import { Recorder } from './testing/recorder.ts';
import { type Watcher, WatchHub } from './watch-hub.ts';

const keys = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 5 });

function changeOf(key: string, revision: number): Change {
  return { revision, key, current: undefined, previous: undefined };
}

test('each watcher hears exactly the keys under its prefix, in order', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ watch: keys }),
      fc.record({ close: fc.nat(10) }),
      fc.record({ commit: fc.uniqueArray(keys, { minLength: 1, maxLength: 4 }) }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const hub = new WatchHub();
      const open: { watcher: Watcher; expected: Change[] }[] = [];
      const all: typeof open = [];
      let revision = 1;
      for (const step of list) {
        if ('watch' in step) {
          const watcher = { prefix: step.watch, sink: new Recorder(), after: revision };
          hub.add(watcher);
          const entry = { watcher, expected: [] };
          open.push(entry);
          all.push(entry);
        } else if ('close' in step) {
          const [closed] = open.splice(step.close, 1);
          if (closed) hub.remove(closed.watcher);
        } else {
          revision++;
          const changes = step.commit.map((key) => changeOf(key, revision));
          hub.deliver(revision, changes);
          for (const { watcher, expected } of open) {
            expected.push(...changes.filter(({ key }) => key.startsWith(watcher.prefix)));
          }
        }
        assert.equal(hub.size, open.length);
      }
      for (const { watcher, expected } of all) {
        assert.deepEqual((watcher.sink as Recorder).changesSeen, expected);
      }
    }),
  );
});

test('closing tells everybody, also those that close others meanwhile', () => {
  const hub = new WatchHub();
  const told: string[] = [];
  const watchers = ['a', 'b', 'c'].map((prefix): Watcher => {
    const closed = (): void => {
      told.push(prefix);
      for (const each of watchers) hub.remove(each);
    };
    return { prefix, sink: { changes: () => undefined, closed }, after: 0 };
  });
  for (const watcher of watchers) hub.add(watcher);
  hub.closeAll('closed');
  assert.deepEqual(told, ['a', 'b', 'c']);
  assert.equal(hub.size, 0);
});
