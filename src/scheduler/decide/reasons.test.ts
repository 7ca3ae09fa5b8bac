import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cureOf, type SchedulingCode, schedulingReasons } from '#api/reasons.ts';
import type { Node, Pod } from '#api/types.ts';
import {
  boundClaim,
  claimNamed,
  classNamed,
  nodeNamed,
  placed,
  podNamed,
  podWith,
  volumeNamed,
  volumesOf,
} from '../testing/objects.ts';
import { codesOf } from './placement.ts';
import type { VolumeFacts } from './volumes.ts';

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

const ephemeral = podNamed('a', {}, { volumes: [{ name: 'c', ephemeral: {} }] });
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const web = { app: 'web' };
const nearWeb = { labelSelector: { matchLabels: web }, topologyKey: 'kubernetes.io/hostname' };
const rack = (name: string) => ({ labels: { rack: name } });
const spread = {
  topologyKey: 'rack',
  maxSkew: 1,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: web },
};

/** A smallest cluster that shows each reason. */
const shows: Record<SchedulingCode, [Node[], Pod, [Pod, string][], VolumeFacts?]> = {
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
  'pod-claim-missing': [[nodeNamed('n')], podWith('a', 'c'), []],
  'pod-claim-awaited': [[nodeNamed('n')], ephemeral, []],
  'pod-claim-foreign': [
    [nodeNamed('n')],
    ephemeral,
    [],
    volumesOf({ claims: [claimNamed('a-c')] }),
  ],
  'pod-claim-going': [
    [nodeNamed('n')],
    podWith('a', 'c'),
    [],
    volumesOf({ claims: [claimNamed('c', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })] }),
  ],
  'pod-claim-lost': [
    [nodeNamed('n')],
    podWith('a', 'c'),
    [],
    volumesOf({ claims: [{ ...boundClaim('c'), status: { phase: 'Lost' } }] }),
  ],
  'pod-claim-unbound': [
    [nodeNamed('n')],
    podWith('a', 'c'),
    [],
    volumesOf({ claims: [claimNamed('c', { storageClassName: 'early' })] }),
  ],
  'pod-claim-taken': [
    [nodeNamed('n')],
    podWith('a', 'c'),
    [],
    volumesOf({
      claims: [boundClaim('c', { accessModes: ['ReadWriteOncePod'] })],
      volumes: [volumeNamed('c')],
      used: ['default/c'],
    }),
  ],
  'volume-elsewhere': [
    [nodeNamed('n')],
    podWith('a', 'c'),
    [],
    volumesOf({ claims: [boundClaim('c')], volumes: [volumeNamed('c', 'm')] }),
  ],
  'volume-zone': [
    [nodeNamed('n', { labels: { 'topology.kubernetes.io/zone': 'a' } })],
    podWith('a', 'c'),
    [],
    volumesOf({
      claims: [boundClaim('c')],
      volumes: [
        {
          ...volumeNamed('c'),
          metadata: { name: 'c', labels: { 'topology.kubernetes.io/zone': 'b' } },
        },
      ],
    }),
  ],
  'volume-missing': [
    [nodeNamed('n')],
    podWith('a', 'c'),
    [],
    volumesOf({ claims: [boundClaim('c')] }),
  ],
  'no-volume-to-bind': [
    [nodeNamed('n')],
    podWith('a', 'c'),
    [],
    volumesOf({ claims: [claimNamed('c')], classes: [classNamed('late')] }),
  ],
  'insufficient-resource': [[nodeNamed('n')], podNamed('a', { memory: '1Ti' }), []],
  'topology-spread': [
    [nodeNamed('n', rack('1'))],
    podNamed('a', {}, { topologySpreadConstraints: [{ ...spread, minDomains: 2 }] }, web),
    [[podNamed('b', {}, {}, web), 'n']],
  ],
  'topology-label-missing': [
    [nodeNamed('n')],
    podNamed('a', {}, { topologySpreadConstraints: [spread] }),
    [],
  ],
  'pod-affinity': [
    [nodeNamed('n')],
    podNamed('a', {}, { affinity: { podAffinity: { [required]: [nearWeb] } } }),
    [],
  ],
  'pod-anti-affinity': [
    [nodeNamed('n')],
    podNamed('a', {}, { affinity: { podAntiAffinity: { [required]: [nearWeb] } } }),
    [[podNamed('b', {}, {}, web), 'n']],
  ],
  'existing-anti-affinity': [
    [nodeNamed('n')],
    podNamed('a', {}, {}, web),
    [[podNamed('b', {}, { affinity: { podAntiAffinity: { [required]: [nearWeb] } } }), 'n']],
  ],
};

for (const code of Object.keys(schedulingReasons) as SchedulingCode[]) {
  test(`reason ${code}: can be met, and says what to do`, () => {
    const placement = placed(...shows[code]);
    assert.equal(placement.type, 'none');
    if (placement.type === 'none') assert.deepEqual([...codesOf(placement)], [code]);
    assert.match(cureOf({ code }), /\.$|`$/);
  });
}
