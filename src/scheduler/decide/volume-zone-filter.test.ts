import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Labels } from '#api/selector.ts';
import {
  boundClaim,
  nodeNamed,
  outcome,
  podWith,
  volumeNamed,
  volumesOf,
} from '../testing/objects.ts';

const zone = 'topology.kubernetes.io/zone';
const region = 'topology.kubernetes.io/region';
const oldZone = 'failure-domain.beta.kubernetes.io/zone';

const table: readonly [what: string, node: Labels, volume: Labels, isTaken: boolean][] = [
  ['the same zone', { [zone]: 'a' }, { [zone]: 'a' }, true],
  ['another zone', { [zone]: 'b' }, { [zone]: 'a' }, false],
  ['one of several zones', { [zone]: 'b' }, { [zone]: 'a__b' }, true],
  [
    'a zone of one name in another region',
    { [zone]: 'a', [region]: 'x' },
    { [zone]: 'a', [region]: 'y' },
    false,
  ],
  ['a node that tells its region only', { [region]: 'x' }, { [zone]: 'a' }, false],
  ['a node that tells nothing', {}, { [zone]: 'a' }, true],
  ['a volume that tells nothing', { [zone]: 'a' }, {}, true],
  ['the old label on the volume', { [zone]: 'a' }, { [oldZone]: 'a' }, true],
  ['the old label on both', { [oldZone]: 'b' }, { [oldZone]: 'a' }, false],
  ['the old label on the node alone', { [oldZone]: 'a' }, { [zone]: 'a' }, false],
];

for (const [what, node, labels, isTaken] of table) {
  test(`volume zone: ${what}`, () => {
    const facts = volumesOf({
      claims: [boundClaim('c')],
      volumes: [{ ...volumeNamed('c'), metadata: { name: 'c', labels } }],
    });
    const found = outcome([nodeNamed('n1', { labels: { ...node } })], podWith('a', 'c'), [], facts);
    if (isTaken) assert.equal(found, 'n1');
    else assert.match(found, /1 node\(s\) had no available volume zone\./);
  });
}
