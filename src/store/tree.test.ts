import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Tree } from './tree.ts';

interface Item {
  readonly key: string;
  readonly value: number;
}

type Step = { readonly set: number } | { readonly delete: number };

const keyFor = (index: number): string => `k${String(index).padStart(4, '0')}`;

/** Runs of neighbours make nodes split, fill and run empty; single steps mix. */
const steps = fc.array(
  fc.oneof(
    fc.record({ set: fc.nat(600) }).map((step): Step[] => [step]),
    fc.record({ delete: fc.nat(600) }).map((step): Step[] => [step]),
    fc
      .tuple(fc.nat(500), fc.nat(120), fc.boolean())
      .map(([from, length, set]): Step[] =>
        Array.from({ length }, (_, at) => (set ? { set: from + at } : { delete: from + at })),
      ),
  ),
  { maxLength: 40 },
);

function sorted(model: ReadonlyMap<string, Item>): Item[] {
  return [...model.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

test('a tree is a sorted map', () => {
  fc.assert(
    fc.property(steps, fc.nat(620), fc.nat(620), fc.nat(30), (groups, from, to, limit) => {
      const model = new Map<string, Item>();
      let tree = Tree.empty<Item>();
      let value = 0;
      for (const group of groups) {
        for (const step of group) {
          if ('set' in step) {
            const item = { key: keyFor(step.set), value: value++ };
            model.set(item.key, item);
            tree = tree.set(item);
          } else {
            model.delete(keyFor(step.delete));
            tree = tree.delete(keyFor(step.delete));
          }
        }
        tree.check();
      }
      const all = sorted(model);
      assert.equal(tree.size, all.length);
      assert.deepEqual([...tree.range('', '\uffff')], all);
      const inside = all.filter(({ key }) => key >= keyFor(from) && key < keyFor(to));
      assert.deepEqual([...tree.range(keyFor(from), keyFor(to))], inside);
      assert.equal(tree.first(keyFor(from), keyFor(to)), inside[0]);
      assert.deepEqual([...tree.range(keyFor(from), keyFor(to), limit)], inside.slice(0, limit));
      assert.equal(tree.count(keyFor(from), keyFor(to)), inside.length);
      assert.equal(tree.get(keyFor(from)), model.get(keyFor(from)));
    }),
    { numRuns: 300 },
  );
});

test('an old tree stays as it was', () => {
  fc.assert(
    fc.property(steps, (groups) => {
      let tree = Tree.empty<Item>();
      const kept: [Tree<Item>, Item[]][] = [];
      for (const group of groups) {
        for (const step of group) {
          tree =
            'set' in step
              ? tree.set({ key: keyFor(step.set), value: kept.length })
              : tree.delete(keyFor(step.delete));
        }
        kept.push([tree, [...tree.range('', '\uffff')]]);
      }
      for (const [old, items] of kept) assert.deepEqual([...old.range('', '\uffff')], items);
    }),
    { numRuns: 100 },
  );
});

test('building from sorted items equals adding them one by one', () => {
  for (const length of [0, 1, 23, 24, 25, 31, 32, 33, 600, 20_000]) {
    const items = Array.from({ length }, (_, value) => ({
      key: keyFor(value).padStart(9, '0'),
      value,
    }));
    const tree = Tree.fromSorted(items);
    tree.check();
    assert.equal(tree.size, length);
    assert.deepEqual([...tree.range('', '\uffff')], items);
    assert.equal(tree.set({ key: 'zzz', value: 1 }).size, length + 1);
  }
});

test('deleting what is not there gives the same tree', () => {
  const tree = Tree.empty<Item>().set({ key: 'a', value: 1 });
  assert.equal(tree.delete('b'), tree);
});

test('a tree filled in order and emptied again keeps its shape', () => {
  let tree = Tree.empty<Item>();
  for (let value = 0; value < 5000; value++) tree = tree.set({ key: keyFor(value), value });
  tree.check();
  for (let value = 0; value < 5000; value += 2) tree = tree.delete(keyFor(value));
  tree.check();
  assert.equal(tree.count(keyFor(1000), keyFor(2000)), 500);
  for (let value = 1; value < 5000; value += 2) tree = tree.delete(keyFor(value));
  tree.check();
  assert.equal(tree.size, 0);
});
