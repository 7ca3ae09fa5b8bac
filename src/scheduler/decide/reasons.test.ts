import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cureOf, type SchedulingCode, schedulingReasons } from '#api/reasons.ts';
import type { Node, Pod } from '#api/types.ts';
import { nodeNamed, placed, podNamed } from '../testing/objects.ts';
import { codesOf } from './placement.ts';

const hostPort = { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] };
const tainted = { spec: { taints: [{ key: 'a', effect: 'NoExecute' }] } };
const pinned = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['elsewhere'] }] },
      ],
    },
  },
};

/** A smallest cluster that shows each reason. */
const shows: Record<SchedulingCode, [Node[], Pod, [Pod, string][]]> = {
  'no-nodes': [[], podNamed('a'), []],
  'node-unschedulable': [[nodeNamed('n', { spec: { unschedulable: true } })], podNamed('a'), []],
  'node-name': [[nodeNamed('n')], podNamed('a', {}, { nodeName: 'elsewhere' }), []],
  'untolerated-taint': [[nodeNamed('n', tainted)], podNamed('a'), []],
  'node-affinity': [[nodeNamed('n')], podNamed('a', {}, { affinity: pinned }), []],
  'host-port-taken': [
    [nodeNamed('n')],
    podNamed('a', {}, hostPort),
    [[podNamed('b', {}, hostPort), 'n']],
  ],
  'too-many-pods': [[nodeNamed('n', { pods: '0' })], podNamed('a'), []],
  'insufficient-resource': [[nodeNamed('n')], podNamed('a', { memory: '1Ti' }), []],
};

for (const code of Object.keys(schedulingReasons) as SchedulingCode[]) {
  test(`reason ${code}: can be met, and says what to do`, () => {
    const placement = placed(...shows[code]);
    assert.equal(placement.type, 'none');
    if (placement.type === 'none') assert.deepEqual([...codesOf(placement.refusals)], [code]);
    assert.match(cureOf({ code }), /\.$|`$/);
  });
}
