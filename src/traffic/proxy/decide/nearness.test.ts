import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '#api/types.ts';
import { nearest } from './nearness.ts';

/** `zone/node` of an endpoint's hints; either may be missing. */
function meantFor(hint: string): { endpoint: Endpoint; hint: string } {
  const [zone = '', node = ''] = hint.split('/');
  const hints = {
    ...(zone !== '' && { forZones: [{ name: zone }] }),
    ...(node !== '' && { forNodes: [{ name: node }] }),
  };
  return { endpoint: { addresses: ['10.0.0.1'], hints }, hint };
}

const place = { nodeName: 'n1', zone: 'z1' };

for (const [title, all, expected, here = place] of [
  ['those of the node', ['z1/n1', 'z1/n2', 'z2/n3'], ['z1/n1']],
  ['those of the zone, when none is for the node', ['z1/n2', 'z2/n3'], ['z1/n2']],
  ['those of the zone, when there are no hints for nodes', ['z1', 'z2', 'z1'], ['z1', 'z1']],
  ['those of the zone, when one lacks a hint for a node', ['z1/n1', 'z1', 'z2'], ['z1/n1', 'z1']],
  ['all, when one lacks every hint', ['z1/n1', ''], ['z1/n1', '']],
  ['all, when none is near', ['z2/n2', 'z3/n3'], ['z2/n2', 'z3/n3']],
  ['all, on a node without a zone', ['z1', 'z2'], ['z1', 'z2'], { ...place, zone: undefined }],
  ['nobody of nobody', [], []],
] as [string, string[], string[], typeof place?][]) {
  test(`near are ${title}`, () => {
    const near = nearest(all.map(meantFor), here);
    assert.deepEqual(
      near.map(({ hint }) => hint),
      expected,
    );
  });
}
