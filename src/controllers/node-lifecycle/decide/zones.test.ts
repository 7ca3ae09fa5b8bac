import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { View } from '#api/decision.ts';
import { formatTime } from '#api/time.ts';
import type { Node } from '#api/types.ts';
import { mayEvict, zoneIndexes } from './zones.ts';

const now = Date.parse('2026-01-01T00:10:00Z');
const key = 'node.kubernetes.io/unreachable';

interface State {
  readonly zone?: string;
  /** Its pods have been sent away for so long. */
  readonly givenUpFor?: number;
}

function nodeOf(name: string, isReady: boolean, { zone, givenUpFor }: State = {}): Node {
  const timeAdded = formatTime(now - (givenUpFor ?? 0) * 1000);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...(zone && { labels: { 'topology.kubernetes.io/zone': zone } }) },
    spec: givenUpFor === undefined ? {} : { taints: [{ key, effect: 'NoExecute', timeAdded }] },
    status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'Unknown' }] },
  };
}

const lost = (name: string, state?: State): Node => nodeOf(name, false, state);
const ready = (name: string, state?: State): Node => nodeOf(name, true, state);
const many = (count: number, make: (name: string) => Node, prefix: string): Node[] =>
  Array.from({ length: count }, (_, at) => make(`${prefix}${String(at).padStart(3, '0')}`));

/** Names of those whose pods may go. */
function evicted(all: readonly Node[]): string[] {
  const view = {
    byIndex: (_kind: unknown, index: keyof typeof zoneIndexes, value: string) =>
      all.filter((node) => zoneIndexes[index](node).includes(value)),
  } as unknown as View;
  return all
    .filter((node) => !zoneIndexes.ready(node).includes('True') && mayEvict(view, node, now))
    .map(({ metadata }) => metadata.name);
}

describe('pods leave nodes that are lost', () => {
  it('when another node is ready', () => {
    assert.deepEqual(evicted([lost('a'), ready('b')]), ['a']);
    assert.deepEqual(evicted([lost('a')]), []);
  });

  it('never when nobody is ready, whatever was said before', () =>
    assert.deepEqual(evicted([lost('a', { givenUpFor: 60 }), lost('b')]), []));

  it('one node after another, ten seconds apart', () => {
    assert.deepEqual(evicted([lost('b'), lost('a'), ready('c')]), ['a']);
    assert.deepEqual(evicted([lost('a', { givenUpFor: 9 }), lost('b'), ready('c')]), ['a']);
    assert.deepEqual(evicted([lost('a', { givenUpFor: 10 }), lost('b'), ready('c')]), ['a', 'b']);
  });

  it('without waiting for one that is being deleted', () => {
    const leaving = lost('a');
    leaving.metadata.deletionTimestamp = formatTime(now);
    assert.ok(evicted([leaving, lost('b'), ready('c')]).includes('b'));
  });

  it('in each zone by itself, also in one that is lost as a whole', () => {
    const there = { zone: 'there' };
    const all = [lost('a'), lost('b'), ready('c'), lost('x', there), lost('y', there)];
    assert.deepEqual(evicted(all), ['a', 'x']);
  });

  it('not in a small zone that is mostly lost: the rest could not bear it', () => {
    const all = [...many(3, lost, 'lost'), ...many(2, ready, 'ready')];
    assert.deepEqual(evicted(all), []);
    assert.deepEqual(evicted([...all, ready('third')]), ['lost000']);
    assert.deepEqual(evicted([...all, lost('a', { givenUpFor: 60 })]), ['a']);
  });

  it('slowly in a large one', () => {
    const others = [...many(40, lost, 'lost'), ...many(11, ready, 'ready')];
    assert.deepEqual(evicted([lost('a', { givenUpFor: 99 }), ...others]), ['a']);
    assert.deepEqual(evicted([lost('a', { givenUpFor: 100 }), ...others]), ['a', 'lost000']);
  });
});
