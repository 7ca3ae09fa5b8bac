import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Endpoint, EndpointSlice } from '#api/types.ts';
import { distribute } from './distribute-endpoints.ts';

const endpoint = (at: number, ready = true): Endpoint => ({
  addresses: [`10.0.0.${at}`],
  conditions: { ready },
});

const slice = (name: string, endpoints: Endpoint[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name },
  addressType: 'IPv4',
  endpoints,
});

const group = (endpoints: Endpoint[]) => ({ ports: [], endpoints });
const all = (numbers: readonly number[]) => numbers.map((at) => endpoint(at));

test('what is there stays where it is', () => {
  const slices = [slice('a', all([1, 2])), slice('b', all([3]))];
  const same = distribute(group(all([3, 2, 1])), slices, 4);
  assert.deepEqual(same, { updates: [], creations: [], deletions: [] });
});

test('a new endpoint goes where a write is due anyway', () => {
  const slices = [slice('a', all([1, 2, 3])), slice('b', all([4]))];
  const { updates, creations } = distribute(
    group(all([1, 2, 3, 5]).concat(endpoint(4, false))),
    slices,
    4,
  );
  assert.deepEqual(
    updates.map(({ metadata }) => metadata.name),
    ['b'],
  );
  assert.equal(updates[0]?.endpoints?.length, 2);
  assert.equal(creations.length, 0);
});

test('else into the fullest slice with room, else into a new one', () => {
  const slices = [slice('a', all([1])), slice('b', all([2, 3])), slice('c', all([4, 5, 6, 7]))];
  const one = distribute(group(all([1, 2, 3, 4, 5, 6, 7, 8])), slices, 4);
  assert.deepEqual(
    one.updates.map(({ metadata }) => metadata.name),
    ['b'],
  );
  const many = distribute(group(all([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])), slices, 4);
  assert.deepEqual(many.updates, []);
  assert.deepEqual(
    many.creations.map(({ length }) => length),
    [4],
  );
});

test('every endpoint is in exactly one slice, none is too full, and doing it again changes nothing', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(
      fc.array(numbers, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 5 }),
      (steps, perSlice) => {
        let slices: EndpointSlice[] = [];
        let made = 0;
        for (const wanted of steps) {
          const change = distribute(group(all(wanted)), slices, perSlice);
          const updated = new Map(change.updates.map((each) => [each.metadata.name, each]));
          slices = slices
            .filter((each) => !change.deletions.includes(each))
            .map((each) => updated.get(each.metadata.name) ?? each);
          for (const endpoints of change.creations)
            slices.push(slice(`s${made++}`, [...endpoints]));
          const found = slices.flatMap(({ endpoints = [] }) =>
            endpoints.map(({ addresses }) => addresses[0]),
          );
          assert.deepEqual(
            [...found].map(String).sort(),
            all(wanted)
              .map(({ addresses }) => String(addresses[0]))
              .sort(),
          );
          assert.ok(
            slices.every(
              ({ endpoints = [] }) => endpoints.length > 0 && endpoints.length <= perSlice,
            ),
          );
          const again = distribute(group(all(wanted)), slices, perSlice);
          assert.deepEqual(again, { updates: [], creations: [], deletions: [] });
        }
      },
    ),
  );
});
