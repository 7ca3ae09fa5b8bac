import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storageAnnotations } from '#api/storage/annotations.ts';
import type { Pod } from '#api/types.ts';
import {
  boundClaim,
  claimNamed,
  classNamed,
  nodeNamed,
  outcome,
  placed,
  podNamed,
  podWith,
  type VolumeWords,
  volumeNamed,
  volumesOf,
} from '../testing/objects.ts';

const nodes = [nodeNamed('n1', { labels: { zone: 'a' } }), nodeNamed('n2')];
const made = classNamed('late', { provisioner: 'a.b/c' });
const selected = { annotations: { [storageAnnotations.selectedNode]: 'n2' } };

/** `n1: claim=volume claim=made`, or the message. */
function verdict(pod: Pod, words: VolumeWords): string {
  const placement = placed(nodes, pod, [], volumesOf(words));
  if (placement.type === 'none') return outcome(nodes, pod, [], volumesOf(words));
  const { bindings = [], provisions = [] } = placement.volumes ?? {};
  const parts = [
    ...bindings.map(({ claim, volume }) => `${claim.metadata.name}=${volume.metadata.name}`),
    ...provisions.map(({ metadata }) => `${metadata.name}=made`),
  ];
  return [`${placement.node}:`, ...parts].join(' ');
}

const head = '0/2 nodes are available';
const hopeless = `preemption: ${head}: 2 Preemption is not helpful for scheduling.`;

const table: readonly [what: string, pod: Pod, words: VolumeWords, expected: string][] = [
  ['no claims', podNamed('a'), {}, 'n1:'],
  [
    'a missing claim',
    podWith('a', 'c'),
    {},
    `${head}: persistentvolumeclaim "c" not found. ${hopeless}`,
  ],
  [
    'a lost claim',
    podWith('a', 'c'),
    { claims: [{ ...boundClaim('c'), status: { phase: 'Lost' } }] },
    `${head}: persistentvolumeclaim "c" bound to non-existent persistentvolume "c". ${hopeless}`,
  ],
  [
    'a claim that waits for nobody',
    podWith('a', 'c'),
    {
      claims: [claimNamed('c')],
      classes: [classNamed('late', { volumeBindingMode: 'Immediate' })],
    },
    `${head}: pod has unbound immediate PersistentVolumeClaims. ${hopeless}`,
  ],
  [
    'a bound claim leads to its volume',
    podWith('a', 'c'),
    { claims: [boundClaim('c')], volumes: [volumeNamed('c', 'n2')] },
    'n2:',
  ],
  [
    'two volumes apart',
    podWith('a', 'c', 'd'),
    {
      claims: [boundClaim('c'), boundClaim('d')],
      volumes: [volumeNamed('c', 'n1'), volumeNamed('d', 'n2')],
    },
    `${head}: 2 node(s) didn't match PersistentVolume's node affinity. ${hopeless}`,
  ],
  [
    'a waiting claim takes what is there',
    podWith('a', 'c'),
    {
      claims: [claimNamed('c')],
      classes: [made],
      volumes: [
        volumeNamed('v', 'n2', { capacity: { storage: '9Gi' } }),
        volumeNamed('w', 'n2'),
        volumeNamed('x', 'n1', { capacity: { storage: '9Mi' } }),
      ],
    },
    'n1: c=made',
  ],
  [
    'two waiting claims do not take one volume',
    podWith('a', 'c', 'd'),
    {
      claims: [claimNamed('c'), claimNamed('d')],
      classes: [classNamed('late')],
      volumes: [volumeNamed('v', 'n1'), volumeNamed('w', 'n2'), volumeNamed('x', 'n2')],
    },
    'n2: c=w d=x',
  ],
  [
    'a promised volume is not free',
    podWith('a', 'c'),
    {
      claims: [claimNamed('c')],
      classes: [classNamed('late')],
      volumes: [volumeNamed('v', 'n1')],
      promised: { v: 'default/other' },
    },
    `${head}: 2 node(s) didn't find available persistent volumes to bind. ${hopeless}`,
  ],
  [
    'what is being made somewhere stays there',
    podWith('a', 'c'),
    { claims: [claimNamed('c', {}, selected)], classes: [made] },
    'n2: c=made',
  ],
  [
    'a class for one zone',
    podWith('a', 'c'),
    {
      claims: [claimNamed('c')],
      classes: [
        {
          ...made,
          allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['b'] }] }],
        },
      ],
    },
    `${head}: 2 node(s) didn't find available persistent volumes to bind. ${hopeless}`,
  ],
  [
    'a claim for one pod',
    podWith('a', 'c'),
    {
      claims: [boundClaim('c', { accessModes: ['ReadWriteOncePod'] })],
      volumes: [volumeNamed('c')],
      used: ['default/c'],
    },
    `${head}: 2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.`,
  ],
];

test('where volumes let a pod go', () => {
  for (const [what, pod, words, expected] of table) {
    assert.equal(verdict(pod, words), expected, what);
  }
});
